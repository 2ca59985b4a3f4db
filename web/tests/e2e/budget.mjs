// What the pages take, beside what they may take: sizes, starts, sending, memory, measured through
// the real page, engine and relay. It only prints: time is for a quiet machine, and no test.
//   npm run budget [-- MESSAGES]          10,000 messages for the memory, if not said otherwise
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { brotliCompressSync } from 'node:zlib'
import { at_the_command_line, client_bin, Person, scratch, start_relay } from './people.mjs'
import { root, serve } from './support.mjs'

const messages = Number(process.argv[2] ?? 10_000)
const sends = 100
const starts = 5
const dist = join(root, 'web', 'dist')
const rows = []
const row = (what, value, most, unit) => {
    rows.push([what, value, most, unit])
    const mark = value > most ? '  over' : ''
    console.log(`${what.padEnd(44)}${value.toFixed(0).padStart(9)} of ${most} ${unit}${mark}`)
}
const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

// --- sizes

const brotli = (path) => brotliCompressSync(readFileSync(join(dist, path))).length
const html = readFileSync(join(dist, 'index.html'), 'utf8')
const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((one) => one[1])
const sum = (suffix) =>
    first.filter((path) => path.endsWith(suffix)).reduce((all, path) => all + brotli(path), 0)
row('script before the first screen, Brotli', sum('.js') / 1000, 90, 'kB')
row('style before the first screen, Brotli', sum('.css') / 1000, 9, 'kB')
row('engine, Brotli', brotli('mayfly.wasm') / 1000, 600, 'kB')

// --- starts: from the navigation to the first moment at which something is there

const folder = scratch()
const relay = await start_relay(join(folder.path, 'relay'))
const site = await serve(dist, relay.address)

function watch() {
    const looks = ['.button.main', '.conversation-row']
    const watcher = new MutationObserver(() => {
        for (const one of looks) {
            const name = `mayfly ${one}`
            if (performance.getEntriesByName(name).length > 0) continue
            if (document.querySelector(one)?.checkVisibility()) performance.mark(name)
        }
    })
    watcher.observe(document, { childList: true, subtree: true, attributes: true })
}

async function usable(page, selector) {
    await page.locator(selector).first().waitFor()
    return page.evaluate(
        (name) => performance.getEntriesByName(name)[0].startTime,
        `mayfly ${selector}`
    )
}

const cold = []
for (let i = 0; i < starts; i++) {
    const visitor = await Person.begin('visitor', 'about:blank')
    await visitor.browser.context.addInitScript(watch)
    await visitor.page.goto(site.origin)
    cold.push(await usable(visitor.page, '.button.main'))
    await visitor.end()
}
row('cold start, until one can begin', middle(cold), 2000, 'ms')

const anna = await Person.begin('anna', site.origin)
const ben = await Person.begin('ben', site.origin)
await anna.onboard()
const link = await anna.link()
const begun = Date.now()
await ben.onboard()
await ben.add(link)
await ben.write('hallo')
await ben.bubble('hallo').getByText('sent', { exact: true }).waitFor()
row('first click to first message sent', Date.now() - begun, 5000, 'ms')
await anna.accept('ben')
await anna.enter('ben')

await ben.page.waitForFunction(() => navigator.serviceWorker.controller !== null)
await ben.browser.context.addInitScript(watch)
const warm = []
for (let i = 0; i < starts; i++) {
    await ben.page.reload()
    warm.push(await usable(ben.page, '.conversation-row'))
}
row('warm start, until conversations are there', middle(warm), 500, 'ms')

// --- sending

await ben.enter('anna')
const delays = []
for (let i = 0; i < sends; i++) delays.push(await ben.send_to_seen(anna, `text ${i}.`))
delays.sort((a, b) => a - b)
row('send to seen, median', delays[sends >> 1], 100, 'ms')
row('send to seen, 95 of 100', delays[Math.floor(sends * 0.95)], 100, 'ms')

// --- memory: what belongs to the process of Anna's page alone

function private_mb(profile) {
    let most = 0
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
            const command = readFileSync(`/proc/${id}/cmdline`, 'utf8')
            if (!command.includes('--type=renderer') || !command.includes(profile)) continue
            const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')
            const kb = [...rollup.matchAll(/^Private_\w+: +(\d+) kB$/gm)]
            most = Math.max(most, kb.reduce((all, [, size]) => all + Number(size), 0) / 1000)
        } catch {
            // It has ended meanwhile.
        }
    }
    return most
}

async function settled_mb(person) {
    const session = await person.page.context().newCDPSession(person.page)
    await session.send('HeapProfiler.collectGarbage')
    await session.detach()
    await person.page.waitForTimeout(2000)
    return private_mb(person.browser.profile)
}

// The last of them goes alone when all others have left: of several of one millisecond any may be
// the newest.
async function send_many(home, who, count) {
    const daemon = spawn(client_bin, ['--home', home, 'daemon', '--stdio'], {
        stdio: ['pipe', 'pipe', 'inherit']
    })
    const lines = createInterface({ input: daemon.stdout })[Symbol.asyncIterator]()
    const width = 100
    for (let from = 0; from < count; ) {
        const size = Math.max(1, Math.min(width, count - 1 - from))
        for (let i = 0; i < size; i++) {
            const params = { who, text: `message number ${from + i} with some words behind it` }
            const request = { jsonrpc: '2.0', id: from + i, method: 'send', params }
            daemon.stdin.write(`${JSON.stringify(request)}\n`)
        }
        for (let got = 0; got < size; got++) {
            const { error } = JSON.parse((await lines.next()).value)
            if (error) throw new Error(JSON.stringify(error))
        }
        from += size
    }
    daemon.stdin.end()
}

// The list of conversations shows the last message of each.
async function newest(person) {
    const last = person.page.locator('.conversation-row', { hasText: `number ${messages - 1} ` })
    await last.waitFor({ timeout: 600_000 })
}

const home = join(folder.path, 'carol')
const carol = at_the_command_line(home)
await carol('init', '--relay', relay.address, '--handle', 'carol', '--name', 'Carol')
await carol('contact', 'add', link)
await anna.accept('Carol')
await anna.enter('Carol')
const empty_mb = await settled_mb(anna)
const started = Date.now()
await send_many(home, 'anna', messages)
await newest(anna)
console.log(`(${messages} messages came in ${Math.round((Date.now() - started) / 1000)} s)`)
row('memory of the page, no messages', empty_mb, 150, 'MB')
row(`memory of the page, ${messages} messages`, await settled_mb(anna), 150, 'MB')
await anna.page.reload()
await newest(anna)
await anna.enter('Carol')
row('the same, after a reload', await settled_mb(anna), 150, 'MB')

await anna.end()
await ben.end()
site.close()
await relay.stop()
folder.remove()
process.exit(rows.some(([, value, most]) => value > most) ? 1 : 0)
