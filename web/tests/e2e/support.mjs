// What the tests in a browser share: a server of files with the headers that a relay gives,
// Debian's chromium, and a small runner that prints totals.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { relay_header, relay_policy } from '../policy.mjs'

export const root = resolve(import.meta.dirname, '../../..')
export const screens_folder = join(root, 'build', 'web-screens')
export const sizes = {
    phone: { width: 390, height: 844 },
    desktop: { width: 1280, height: 800 }
}

const types = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.json': 'application/json',
    '.svg': 'image/svg+xml',
    '.png': 'image/png',
    '.wasm': 'application/wasm',
    '.webmanifest': 'application/manifest+json'
}

const content_policy = relay_policy()
const permissions_policy = relay_header('Permissions-Policy')

// `relay` is the address that the page is told, as the relay's own listener does.
export function serve(folder, relay = null) {
    const server = createServer((request, answer) => {
        const path = normalize(new URL(request.url, 'http://x').pathname)
        // Browsers ask for it beside a file that is opened by itself.
        if (path === '/favicon.ico') return answer.writeHead(204).end()
        if (path === '/mayfly/relay.json' && relay) {
            answer.writeHead(200, { 'Content-Type': 'application/json' })
            return answer.end(JSON.stringify({ address: relay, registration: 'open' }))
        }
        const file = join(folder, path.endsWith('/') ? `${path}index.html` : path)
        try {
            const bytes = readFileSync(file)
            answer.writeHead(200, {
                'Content-Type': types[extname(file)] ?? 'application/octet-stream',
                'Content-Security-Policy': content_policy,
                'Permissions-Policy': permissions_policy,
                'Cross-Origin-Opener-Policy': 'same-origin',
                'X-Content-Type-Options': 'nosniff'
            })
            answer.end(bytes)
        } catch {
            answer.writeHead(404).end()
        }
    })
    return new Promise((done) => {
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address()
            const close = () => {
                server.close()
                server.closeAllConnections()
            }
            done({ origin: `http://localhost:${port}`, close })
        })
    })
}

// A profile of its own on disk, as a person's browser has: in an incognito context storage is slow.
export async function browse(options = {}) {
    const profile = options.profile ?? mkdtempSync(join(tmpdir(), 'mayfly-browser-'))
    const context = await chromium.launchPersistentContext(profile, {
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        args: [
            '--no-sandbox',
            '--disable-gpu',
            ...(options.media ?? [
                '--use-fake-device-for-media-stream',
                '--use-fake-ui-for-media-stream'
            ])
        ],
        viewport: sizes.desktop,
        ...options.context
    })
    const problems = []
    const watch = (page) => {
        page.on('console', (message) => {
            const text = `${message.text()} ${message.location().url}`
            if (message.type() === 'error' && !options.expected?.test(text)) problems.push(text)
        })
        page.on('pageerror', (error) => problems.push(String(error.stack ?? error)))
    }
    context.pages().forEach(watch)
    context.on('page', watch)
    const end = async (keep = false) => {
        await context.close()
        if (!keep) rmSync(profile, { recursive: true, force: true })
    }
    return { context, profile, problems, page: context.pages()[0], end }
}

const axe_source = readFileSync(
    resolve(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'),
    'utf8'
)
const axe_tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

// What a screen keeps from somebody who cannot see, point or tell colours apart.
export async function barriers(page) {
    // Injected by the debugger: the page's own policy forbids it, and should.
    const session = await page.context().newCDPSession(page)
    await session.send('Runtime.evaluate', { expression: axe_source })
    const { result } = await session.send('Runtime.evaluate', {
        expression: `axe.run(document, { runOnly: ${JSON.stringify(axe_tags)} })
            .then((found) => JSON.stringify(found.violations.map((one) => one.id + ': ' +
                one.nodes.map((node) => node.target + ' ' + node.failureSummary).join('; '))))`,
        awaitPromise: true,
        returnByValue: true
    })
    await session.detach()
    return JSON.parse(result.value)
}

const test_ms_max = 180_000

function within(ms, promise) {
    let timer
    const late = new Promise((_, failed) => {
        timer = setTimeout(() => failed(new Error(`not done after ${ms} ms`)), ms)
    })
    return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// Runs tests one after the other and prints totals as tools/run_stages.py reads them.
export async function run(tests, after = async () => {}) {
    const only = process.argv[2]
    let passed = 0
    let failed = 0
    for (const [name, test] of Object.entries(tests)) {
        if (only && !name.includes(only)) continue
        const start = Date.now()
        try {
            await within(test_ms_max, test())
            passed++
            console.log(`ok    ${name} (${Date.now() - start} ms)`)
        } catch (error) {
            failed++
            console.log(`FAIL  ${name}\n${error.stack ?? error}`)
        }
    }
    await after()
    console.log(`${passed} passed, ${failed} failed`)
    process.exit(failed > 0 || passed === 0 ? 1 : 0)
}
