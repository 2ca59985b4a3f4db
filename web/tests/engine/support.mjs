// What the tests of the engine share: the built page, a server for it, relays, people in browsers
// and at the command line.
import { execFile, spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const run = promisify(execFile)
export const root = resolve(import.meta.dirname, '../../..')
const site = join(root, 'build/web-engine-test')
const bin = process.env.MAYFLY_BIN ?? join(root, 'build/quick/bin')
const browser = process.env.MAYFLY_CHROMIUM ?? '/usr/bin/chromium'

// As the relay serves it (src/relay_net/web_site.cpp).
const headers = {
    'Content-Security-Policy':
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' wss: " +
        "ws://127.0.0.1:*; worker-src 'self'; require-trusted-types-for 'script'",
    'Cross-Origin-Opener-Policy': 'same-origin'
}
const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

// A page of the same origin without an engine.
const nothing = '/nothing.html'

export async function buildSite() {
    await build({
        configFile: false,
        root: import.meta.dirname,
        base: './',
        publicDir: false,
        logLevel: 'warn',
        worker: { format: 'es' },
        build: { outDir: site, emptyOutDir: true, target: 'es2022', modulePreload: false }
    })
    await copyFile(join(root, 'web/public/mayfly.wasm'), join(site, 'mayfly.wasm'))
}

export async function serveSite() {
    const server = createServer(async (request, response) => {
        const name = new URL(request.url, 'http://x').pathname.replace(/\/$/, '/index.html')
        try {
            const body = name === nothing ? '' : await readFile(join(site, name))
            response.writeHead(200, { ...headers, 'Content-Type': types[extname(name)] ?? '' })
            response.end(body)
        } catch {
            response.writeHead(404).end()
        }
    })
    await new Promise((done) => server.listen(0, '127.0.0.1', done))
    return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }
}

export async function scratchFolder() {
    const path = await mkdtemp(join(tmpdir(), 'mayfly-engine-'))
    return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export async function startRelay(folder, port = 0) {
    await mkdir(folder, { recursive: true })
    const listen = ['--listen', `127.0.0.1:${port}`, '--tls-self-signed']
    const child = spawn(join(bin, 'mayfly-relay'), ['serve', '--data', folder, ...listen], {
        stdio: ['ignore', 'pipe', 'inherit']
    })
    let said = ''
    const address = await new Promise((done, failed) => {
        child.stdout.on('data', (text) => {
            said += text
            const found = /address (\S+)/.exec(said)
            if (found) done(found[1])
        })
        child.on('exit', () => failed(new Error('the relay did not start')))
    })
    const ended = new Promise((done) => child.on('exit', done))
    const stop = async () => {
        child.kill('SIGTERM')
        await ended
    }
    return { address, stop }
}

// A person at the command line.
export async function cliPerson(folder) {
    await mkdir(folder, { recursive: true })
    const secret = join(folder, 'passphrase')
    await writeFile(secret, 'correct horse')
    const home = ['--home', join(folder, 'home'), '--passphrase-file', secret, '--json']
    const cli = async (...given) => {
        const { stdout } = await run(join(bin, 'mayfly'), [...home, ...given])
        return stdout
            .trim()
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
    }
    return { cli }
}

// A browser with a profile of its own on disk: what it stores outlives it.
export async function openBrowser(profile, errors) {
    const context = await chromium.launchPersistentContext(profile, {
        executablePath: browser,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
    })
    context.setDefaultTimeout(60_000)
    const openPage = async (url) => {
        const page = await context.newPage()
        page.on('console', (message) => {
            if (message.type() === 'error') errors.push(message.text())
        })
        page.on('pageerror', (error) => errors.push(String(error)))
        await page.goto(url)
        return new Person(page)
    }
    return { context, openPage, profile, close: () => context.close() }
}

// killProcesses ends all of a browser at once, as a battery would: those that were started with
// this profile, and nothing else.
export function killProcesses(profile) {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
            const command = readFileSync(`/proc/${id}/cmdline`, 'utf8')
            if (command.includes(`--user-data-dir=${profile}`)) process.kill(Number(id), 'SIGKILL')
        } catch {
            // it has ended meanwhile
        }
    }
}

export class Person {
    constructor(page) {
        this.page = page
    }
    status() {
        return this.page.evaluate(() => engine.status())
    }
    // until waits for a condition over `engine`, `events` and what is given.
    async until(condition, given) {
        await this.page.waitForFunction(condition, given, { polling: 20 })
    }
    async become(lifecycle) {
        await this.until((wanted) => engine.status().lifecycle === wanted, lifecycle)
    }
    // do runs a command; an EngineError becomes { code }.
    do(command, ...given) {
        return this.page.evaluate(
            async ([name, parameters]) => {
                try {
                    return { result: await engine[name](...parameters) }
                } catch (error) {
                    return { code: error.code, message: error.message }
                }
            },
            [command, given]
        )
    }
    // away goes where no worker holds the files.
    async away() {
        await this.page.goto(new URL(nothing, this.page.url()).href)
    }
    // names gives what lies at the top of the origin's files; bytes, a file of the home.
    names() {
        return this.page.evaluate(async () => {
            const found = []
            for await (const name of (await navigator.storage.getDirectory()).keys())
                found.push(name)
            return found
        })
    }
    bytes(name) {
        return this.page.evaluate(async (name) => {
            const root = await navigator.storage.getDirectory()
            const file = await (await root.getDirectoryHandle('mayfly')).getFileHandle(name)
            return [...new Uint8Array(await (await file.getFile()).arrayBuffer())]
        }, name)
    }
    // put writes a file of the home behind the engine's back.
    put(name, bytes) {
        return this.page.evaluate(
            async ([name, bytes]) => {
                const root = await navigator.storage.getDirectory()
                const file = await (await root.getDirectoryHandle('mayfly')).getFileHandle(name)
                const stream = await file.createWritable()
                await stream.write(new Uint8Array(bytes))
                await stream.close()
            },
            [name, bytes]
        )
    }
    async call(method, params) {
        const { result, code, message } = await this.do('call', method, params)
        if (code) throw new Error(`${method}: ${code}: ${message}`)
        return result
    }
    async message(text) {
        await this.until(
            (wanted) =>
                events.some((e) => e.name === 'message' && e.params.message.text === wanted),
            text
        )
    }
}
