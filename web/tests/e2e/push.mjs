// Web Push through the pages: subscription, relay, push service, service worker, notification. The
// push service is a stand-in, for browsers in tests reach none; what it is sent it decrypts with
// the browser's keys, and the debugger hands it to the real service worker.
//   MAYFLY_BIN=build/release/bin node tests/e2e/push.mjs [NAME]
import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { at_the_command_line, Person, scratch, start_relay } from './people.mjs'
import { root, run, serve } from './support.mjs'

async function start_push_service() {
    const child = spawn('python3', [join(import.meta.dirname, 'push_stand_in.py')], {
        stdio: ['pipe', 'pipe', 'inherit']
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async () => JSON.parse((await lines.next()).value)
    const { origin, certificate } = await next()
    return {
        origin,
        certificate,
        next,
        knows: (subscription) => child.stdin.write(`${JSON.stringify(subscription)}\n`),
        stop: () => child.stdin.end()
    }
}

// What a browser has of the Push API, with real keys and an endpoint at the stand-in. It lies in
// the origin's storage, for a subscription outlives its page.
function push_api(origin) {
    if (!('serviceWorker' in navigator)) return // a page of no origin
    const url = (bytes) =>
        btoa(String.fromCharCode(...new Uint8Array(bytes)))
            .replaceAll('+', '-')
            .replaceAll('/', '_')
            .replaceAll('=', '')
    const held = () => JSON.parse(localStorage.getItem('test.push') ?? '{}')
    const hold = (all) => localStorage.setItem('test.push', JSON.stringify(all))
    const shown = (scope) => {
        const found = held()[scope]
        if (!found) return null
        const key = Uint8Array.from(found.key)
        return {
            options: { applicationServerKey: key.buffer, userVisibleOnly: true },
            toJSON: () => ({ endpoint: found.endpoint, keys: found.keys }),
            unsubscribe: async () => {
                const { [scope]: _, ...others } = held()
                hold(others)
                return true
            }
        }
    }
    const scope_of = new WeakMap()
    const manager = Object.getOwnPropertyDescriptor(
        ServiceWorkerRegistration.prototype,
        'pushManager'
    ).get
    Object.defineProperty(ServiceWorkerRegistration.prototype, 'pushManager', {
        get() {
            const real = manager.call(this)
            scope_of.set(real, this)
            return real
        }
    })
    PushManager.prototype.getSubscription = async function () {
        return shown(scope_of.get(this).scope)
    }
    PushManager.prototype.subscribe = async function ({ userVisibleOnly, applicationServerKey }) {
        const registration = scope_of.get(this)
        if (!registration.active) throw new DOMException('no active worker', 'AbortError')
        if (!userVisibleOnly) throw new DOMException('not silent', 'NotAllowedError')
        const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
            'deriveBits'
        ])
        const auth = url(crypto.getRandomValues(new Uint8Array(16)))
        const p256dh = url(await crypto.subtle.exportKey('raw', pair.publicKey))
        const scalar = (await crypto.subtle.exportKey('jwk', pair.privateKey)).d
        const path = `/push/${crypto.randomUUID()}`
        const key = [...new Uint8Array(applicationServerKey)]
        const found = { endpoint: `${origin}${path}`, keys: { p256dh, auth }, key }
        // Told before it is held: a page may be reloaded in between.
        await window.subscribed({ path, scalar, p256dh, auth, key, scope: registration.scope })
        hold({ ...held(), [registration.scope]: found })
        return shown(registration.scope)
    }
}

// How long nothing must come for it to count as nothing: more than the relay waits between pushes
// of one device would be exact, and far too long for a test.
const silence_ms = 1500

const folder = scratch()
const service = await start_push_service()
const relay = await start_relay(join(folder.path, 'relay'), 0, {
    options: ['--push-to-private'],
    environment: { SSL_CERT_FILE: service.certificate }
})
const site = await serve(join(root, 'web', 'dist'), relay.address)
const anna = await Person.begin('anna', site.origin)
const carol = at_the_command_line(join(folder.path, 'carol'))
const dave = at_the_command_line(join(folder.path, 'dave'))
const subscriptions = []
const permissions = ['notifications', 'clipboard-read', 'clipboard-write']
await anna.browser.context.grantPermissions(permissions, { origin: site.origin })
await anna.browser.context.exposeFunction('subscribed', (made) => {
    subscriptions.push(made)
    service.knows(made)
})
await anna.browser.context.addInitScript(push_api, service.origin)
// The debugger's view of the workers, from a page that is none of Mayfly's.
const aside = await anna.browser.context.newPage()
const debug = await aside.context().newCDPSession(aside)
const registered = new Map()
debug.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    for (const one of registrations) registered.set(one.scopeURL, one)
})
await debug.send('ServiceWorker.enable')
// A page behind another is drawn once in seconds, and each click waits for a drawing.
await anna.page.bringToFront()

async function until(condition, what) {
    for (let tries = 0; tries < 150; tries++) {
        const found = await condition()
        if (found) return found
        await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error(`never ${what}`)
}

function scopes() {
    return [...registered.values()].filter((one) => !one.isDeleted).map((one) => one.scopeURL)
}

async function deliver(scope, text) {
    const { registrationId } = registered.get(scope)
    const what = { origin: site.origin, registrationId, data: text }
    await debug.send('ServiceWorker.deliverPushMessage', what)
}

// Runs in the service worker of the scope: a page that is visible would change what that does.
async function in_worker(scope, what) {
    for (const worker of anna.browser.context.serviceWorkers()) {
        const here = await worker.evaluate(() => self.registration.scope).catch(() => null)
        if (here === scope) return worker.evaluate(what)
    }
    throw new Error(`no worker of ${scope}`)
}

function shown(scope) {
    return in_worker(scope, async () => {
        const all = await self.registration.getNotifications()
        return all.map((one) => `${one.title}: ${one.body}`)
    })
}

// What the worker has shown so far. Chromium loses a notification that is asked for by
// getNotifications while it is being shown.
function watch(scope) {
    return in_worker(scope, () => {
        const show = self.registration.showNotification
        self.shown_count = 0
        self.registration.showNotification = async function (...words) {
            await show.apply(this, words)
            self.shown_count++
        }
    })
}

function until_shown(scope, count) {
    const has_shown = () => in_worker(scope, () => self.shown_count)
    return until(async () => (await has_shown()) === count, `shown ${count}`)
}

async function switch_notifications() {
    await anna.button('Settings').click()
    await anna.page.getByLabel('Notifications').click()
}

const tests = {
    async nothing_is_asked_of_anybody_before_somebody_wants_it() {
        await anna.page.reload()
        await anna.onboard()
        await anna.page.waitForTimeout(300)
        assert.equal(subscriptions.length, 0)
        assert.ok(!scopes().some((one) => one.includes('/push/')), scopes().join())
    },
    async turned_on_the_relay_has_a_subscription_for_its_key() {
        await switch_notifications()
        await anna.page.getByText('Works while Mayfly is closed.').waitFor()
        assert.equal(subscriptions.length, 1)
        assert.equal(subscriptions[0].key.length, 65)
        await anna.page.keyboard.press('Escape')
        // The same again where nothing has changed.
        await anna.page.reload()
        await anna.page.getByRole('heading', { name: 'Mayfly' }).waitFor()
        await anna.page.waitForTimeout(1500)
        assert.equal(subscriptions.length, 1)
    },
    async who_looks_sees_no_notification() {
        await deliver(subscriptions[0].scope, 'mayfly 1')
        await anna.page.waitForTimeout(500)
        assert.deepEqual(await shown(subscriptions[0].scope), [])
    },
    async a_push_reaches_a_closed_browser_and_shows_one_notification() {
        const link = await anna.link()
        await anna.page.goto('about:blank')
        await carol('init', '--relay', relay.address, '--handle', 'carol', '--name', 'Carol')
        await carol('contact', 'add', link)
        const push = await service.next()
        assert.equal(push.path, subscriptions[0].path)
        assert.equal(push.text, 'mayfly 1')
        assert.equal(push.key, Buffer.from(subscriptions[0].key).toString('hex'))
        const { scope } = subscriptions[0]
        await watch(scope)
        await deliver(scope, push.text)
        await until_shown(scope, 1)
        assert.deepEqual(await shown(scope), ['Mayfly: Something new'])
        await deliver(scope, push.text)
        await until_shown(scope, 2)
        assert.equal((await shown(scope)).length, 1)
        await anna.page.goto(site.origin)
        await anna.page.getByRole('heading', { name: 'Mayfly' }).waitFor()
        await until(async () => (await shown(scope)).length === 0, 'closed')
    },
    async a_subscription_that_the_browser_lost_is_made_anew() {
        await anna.page.evaluate(() => localStorage.removeItem('test.push'))
        await anna.page.reload()
        await until(() => subscriptions.length >= 2, 'subscribed anew')
        await anna.page.getByRole('heading', { name: 'Mayfly' }).waitFor()
    },
    async turned_off_nothing_is_left_at_relay_and_browser() {
        await switch_notifications()
        await until(() => !scopes().some((one) => one.includes('/push/')), 'unregistered')
        const left = await anna.page.evaluate(() => localStorage.getItem('test.push'))
        assert.equal(left, '{}')
        await anna.page.keyboard.press('Escape')
        // The relay wakes nobody any more.
        const link = await anna.link()
        await anna.page.goto('about:blank')
        await dave('init', '--relay', relay.address, '--handle', 'dave', '--name', 'Dave')
        await dave('contact', 'add', link)
        const silence = new Promise((done) => setTimeout(done, silence_ms, null))
        assert.equal(await Promise.race([service.next(), silence]), null)
    },
    async no_error_was_on_any_console() {
        anna.check()
    }
}

await run(tests, async () => {
    await anna.end()
    site.close()
    await relay.stop()
    service.stop()
    folder.remove()
})
