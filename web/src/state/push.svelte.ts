// Web Push: relays wake this browser while Mayfly is closed. docs/spec/push.md section 6
import type { Api } from '../api/api'
import { t } from '../i18n/i18n.svelte'
import { prefs } from './prefs.svelte'

interface PushRelay {
    relay: string
    connected: boolean
    key: string
    set: boolean
}

// One service worker for each relay, under a scope of its own: the browser keeps one subscription
// a registration, and each relay has a key of its own.
const folder = 'push/'
const script = './service_worker.js'
// Not under `mayfly-`: the worker throws away what it finds there of other versions.
const texts_cache = 'push-texts'
export const texts_path = `${folder}text`
export const push_tag = 'mayfly-push'
const answer_ms_max = 40_000
// A browser that does not reach its push service may try for ever.
const subscribe_ms_max = 30_000

export function can_push(): boolean {
    return 'PushManager' in window && 'serviceWorker' in navigator
}

async function scope_of(relay: string): Promise<string> {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(relay))
    const name = [...new Uint8Array(hash, 0, 8)].map((byte) => byte.toString(16).padStart(2, '0'))
    return new URL(`${folder}${name.join('')}/`, document.baseURI).href
}

async function registrations(): Promise<readonly ServiceWorkerRegistration[]> {
    if (!can_push()) return []
    const inside = new URL(folder, document.baseURI).href
    const all = await navigator.serviceWorker.getRegistrations()
    return all.filter((one) => one.scope.startsWith(inside))
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
    const late = new Promise<T>((_, fail) => window.setTimeout(() => fail(new Error('late')), ms))
    return Promise.race([work, late])
}

function decoded(base64url: string): Uint8Array<ArrayBuffer> {
    const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

function same_bytes(a: ArrayBuffer | null, b: Uint8Array): boolean {
    const bytes = new Uint8Array(a ?? new ArrayBuffer(0))
    return bytes.length === b.length && bytes.every((byte, at) => byte === b[at])
}

async function active(scope: string): Promise<ServiceWorkerRegistration> {
    const found = await navigator.serviceWorker.register(script, { scope })
    const worker = found.active ?? found.waiting ?? found.installing
    while (worker && !found.active && worker.state !== 'redundant') {
        await new Promise((done) => worker.addEventListener('statechange', done, { once: true }))
    }
    return found
}

// A subscription that ended is gone at the push service too, which tells the relay so.
async function end(registration: ServiceWorkerRegistration): Promise<void> {
    const subscription = await registration.pushManager.getSubscription()
    await subscription?.unsubscribe()
    await registration.unregister()
}

// The worker has no page to ask what it should say, in which language.
async function leave_text(): Promise<void> {
    const text = JSON.stringify({ title: 'Mayfly', body: t('notify_body') })
    const cache = await caches.open(texts_cache)
    await cache.put(new URL(texts_path, document.baseURI), new Response(text))
}

export class Pushes {
    // Whether somebody can be told while Mayfly is closed; null while that is not known.
    works = $state<boolean | null>(null)
    private running: Promise<void> | null = null
    private again = false

    // reconcile makes browser and relays what the settings say. It is called for every connection
    // to a relay, and costs nothing where no notifications are wanted.
    reconcile(api: Api): Promise<void> {
        this.again = true
        this.running ??= this.run(api)
        return this.running
    }

    // leave takes everything back from the push service, which tells the relays.
    async leave(): Promise<void> {
        this.works = null
        for (const one of await registrations()) await end(one)
        await caches.delete(texts_cache)
    }

    // Who looks needs no notification any more.
    async hide(): Promise<void> {
        for (const one of await registrations()) {
            for (const shown of await one.getNotifications({ tag: push_tag })) shown.close()
        }
    }

    private async run(api: Api): Promise<void> {
        try {
            while (this.again) {
                this.again = false
                const wanted = prefs.get('notify') && Notification.permission === 'granted'
                await this.adjust(api, wanted)
            }
        } finally {
            // Here and not a moment later: a call in between would be taken up by nobody.
            this.running = null
        }
    }

    private async adjust(api: Api, wanted: boolean): Promise<void> {
        if (!wanted) this.works = null
        if (!can_push() || !api.features.push) return
        if (!wanted && (await registrations()).length === 0) return
        if (wanted) await leave_text()
        const answer = await api.call('push.list', { timeout_ms: answer_ms_max })
        const relays = answer.relays as PushRelay[]
        const scopes = new Set<string>()
        let works = false
        for (const relay of relays) {
            const scope = await scope_of(relay.relay)
            if (wanted) scopes.add(scope)
            if (!relay.connected) continue
            const kept = wanted && relay.key !== '' && (await this.keep(api, relay, scope))
            if (!kept && relay.set) await api.call('push.remove', { relay: relay.relay })
            works ||= kept
        }
        if (wanted && relays.some((one) => one.connected)) this.works = works
        for (const one of await registrations()) if (!scopes.has(one.scope)) await end(one)
    }

    // False where the browser has no push service, or it does not answer.
    private async keep(api: Api, relay: PushRelay, scope: string): Promise<boolean> {
        const key = decoded(relay.key)
        try {
            const { pushManager } = await active(scope)
            let found = await pushManager.getSubscription()
            // A relay forgets what its push service does not know any more.
            const good = relay.set && same_bytes(found?.options.applicationServerKey ?? null, key)
            if (found && !good) {
                await found.unsubscribe()
                found = null
            }
            const options = { userVisibleOnly: true, applicationServerKey: key }
            found ??= await within(subscribe_ms_max, pushManager.subscribe(options))
            const { endpoint, keys } = found.toJSON()
            // Also when it is set: the browser may have renewed it. The same again costs nothing.
            await api.call('push.set', {
                relay: relay.relay,
                endpoint: endpoint ?? '',
                p256dh: keys?.p256dh ?? '',
                auth: keys?.auth ?? ''
            })
            return true
        } catch {
            return false
        }
    }
}

export const pushes = new Pushes()
