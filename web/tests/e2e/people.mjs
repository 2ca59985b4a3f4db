// A real relay, people in browsers, and one at the command line.
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { browse, root } from './support.mjs'

const run = promisify(execFile)
const builds = ['release', 'quick'].map((preset) => join(root, 'build', preset, 'bin'))
const found = builds.find((path) => existsSync(join(path, 'mayfly')))
const bin = process.env.MAYFLY_BIN ?? found
if (!bin) throw new Error('build the programs first, or say where they are in MAYFLY_BIN')
const relay_bin = process.env.MAYFLY_RELAY_BIN ?? join(bin, 'mayfly-relay')
export const client_bin = join(bin, 'mayfly')

export function scratch() {
    const path = mkdtempSync(join(tmpdir(), 'mayfly-web-'))
    return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export async function start_relay(folder, port = 0, { options = [], environment = {} } = {}) {
    mkdirSync(folder, { recursive: true })
    const listen = ['--listen', `127.0.0.1:${port}`, '--tls-self-signed']
    const child = spawn(relay_bin, ['serve', '--data', folder, ...listen, ...options], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'inherit']
    })
    const ended = new Promise((done) => child.on('exit', done))
    let said = ''
    const address = await new Promise((done, failed) => {
        child.on('error', failed)
        child.on('exit', () => failed(new Error(`the relay did not start: ${said}`)))
        child.stdout.on('data', (text) => {
            said += text
            const found = /address (\S+)/.exec(said)
            if (found) done(found[1])
        })
    })
    return {
        address,
        port: Number(/:(\d+)/.exec(address)[1]),
        stop: async (signal = 'SIGTERM') => {
            child.kill(signal)
            await ended
        }
    }
}

export function at_the_command_line(home) {
    const whole = ['--home', home, '--json']
    return async (...words) => {
        const { stdout } = await run(client_bin, [...whole, ...words], { timeout: 60_000 })
        return stdout
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
    }
}

export class Person {
    static async begin(name, origin, options = {}) {
        const person = new Person()
        person.name = name
        person.origin = origin
        person.browser = await browse(options)
        person.page = person.browser.page
        await person.page.goto(origin)
        return person
    }

    button(name, options = {}) {
        return this.page.getByRole('button', { name, ...options })
    }

    async onboard() {
        const start = Date.now()
        await this.button('Begin').click()
        await this.page.getByLabel('Name').fill(this.name)
        await this.button('Go', { exact: true }).click()
        await this.page.locator('ol.words li').first().waitFor()
        this.words = (await this.page.locator('ol.words li').allInnerTexts())
            .map((text) => text.replace(/^\d+\s*/, '').trim())
            .join(' ')
        await this.button('Later').click()
        await this.page.getByRole('heading', { name: 'Mayfly' }).waitFor()
        return Date.now() - start
    }

    // The link that others add us by.
    async link() {
        await this.button('Settings').click()
        await this.button('My link').last().click()
        const copy = this.page.getByRole('button', { name: 'Copy link' })
        await copy.waitFor()
        await this.browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
        await copy.click()
        const link = await this.page.evaluate(() => navigator.clipboard.readText())
        await this.page.keyboard.press('Escape')
        await this.page.keyboard.press('Escape')
        await this.page.locator('dialog').first().waitFor({ state: 'detached' })
        return link
    }

    async add(link) {
        await this.button('New conversation').click()
        await this.page.getByLabel('Name, address or link').fill(link)
        await this.button('Send request').click()
        await this.page.locator('textarea').waitFor()
    }

    async accept(name) {
        await this.button(/request/).click()
        const card = this.page.locator('dialog .card', { hasText: name })
        await card.getByRole('button', { name: /Accept|Join/ }).click()
        await card.waitFor({ state: 'detached' })
        if (await this.page.locator('dialog').count()) await this.page.keyboard.press('Escape')
        await this.page.locator('dialog').first().waitFor({ state: 'detached' })
    }

    async enter(title) {
        await this.page.locator('.conversation-row', { hasText: title }).click()
        await this.page.locator('textarea').waitFor()
    }

    async write(text) {
        await this.page.locator('textarea').fill(text)
        await this.button('Send', { exact: true }).click()
    }

    bubble(text) {
        return this.page.locator('article', { hasText: text })
    }

    async sees(text, timeout = 15_000) {
        await this.bubble(text).first().waitFor({ timeout })
    }

    async burn_after(seconds) {
        await this.page.locator('.chip').nth(1).click()
        await this.page.getByLabel('Or exactly').fill(String(seconds))
        await this.page.getByLabel('Unit').selectOption('s')
        await this.button('Set', { exact: true }).click()
    }

    // From the press of a key to the change of the page on the other side, as the pages tell it.
    // Nothing polls meanwhile: looking at each frame would cost more than a message does.
    async send_to_seen(to, text) {
        const seen = to.page.evaluate(
            (text) =>
                new Promise((done) => {
                    const feed = () => document.querySelector('[role=feed]').textContent
                    const watcher = new MutationObserver(() => {
                        if (!feed().includes(text)) return
                        watcher.disconnect()
                        done(Date.now())
                    })
                    watcher.observe(document.body, { childList: true, subtree: true })
                }),
            text
        )
        await this.page.locator('textarea').fill(text)
        await this.page.evaluate(() => {
            const pressed = () => (window.sent_at = Date.now())
            document.addEventListener('keydown', pressed, { once: true })
        })
        await this.page.locator('textarea').press('Enter')
        return (await seen) - (await this.page.evaluate(() => window.sent_at))
    }

    check() {
        const { problems } = this.browser
        if (problems.length > 0) throw new Error(`${this.name}: ${problems.join('\n')}`)
    }

    end() {
        return this.browser.end()
    }
}
