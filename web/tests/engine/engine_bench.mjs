// How quick the engine is here:  node web/tests/engine/engine_bench.mjs
import { buildSite, openBrowser, scratchFolder, serveSite, startRelay } from './support.mjs'

const messages = 200
const errors = []
await buildSite()
const site = await serveSite()
const folder = await scratchFolder()
const relay = await startRelay(`${folder.path}/relay`)
const alices = await openBrowser(`${folder.path}/a`, errors)
const bobs = await openBrowser(`${folder.path}/b`, errors)

const report = (what, ms) => console.log(`${what.padEnd(44)} ${ms.toFixed(0).padStart(6)} ms`)
const timed = async (what, work) => {
    const began = performance.now()
    const result = await work()
    report(what, performance.now() - began)
    return result
}
// From the page's first script to a status.
const sinceStart = (person, lifecycle) =>
    person.page.evaluate(
        (wanted) =>
            new Promise((done) => {
                const look = () => {
                    if (engine.status().lifecycle === wanted) done(performance.now() - started)
                }
                engine.onStatus(look)
                look()
            }),
        lifecycle
    )
const account = (handle, passphrase) => ({ handle, relays: [relay.address], passphrase })

const alice = await alices.openPage(site.url)
const bob = await bobs.openPage(site.url)
report('cold start, no account', await sinceStart(alice, 'empty'))
await bob.become('empty')
await timed('account without passphrase', () => alice.do('create', account('alice', null)))
await timed('account with passphrase', () => bob.do('create', account('bob', 'correct horse')))
await timed('lock', () => bob.do('lock'))
await timed('unlock (Argon2id, 3 passes, 64 MiB)', () => bob.do('unlock', 'correct horse'))
await alice.call('contact.add', { address: `bob@${relay.address}` })
await bob.until(() => events.some((e) => e.name === 'request'))
const { requests } = await bob.call('contact.requests')
await bob.call('contact.accept', { id: requests[0].account })
await alice.until(() => engine.status().connected)

await bob.page.evaluate(() => {
    window.arrived = {}
    engine.onEvent((name, params) => {
        if (name !== 'message') return
        window.arrived[params.message.text] = Date.now()
        void engine.call('ack', { ids: [params.message.id] })
    })
})
const sent = await alice.page.evaluate(async (count) => {
    const out = {}
    for (let i = 0; i < count; i++) {
        out[`text ${i}`] = Date.now()
        await engine.call('send', { who: 'bob', text: `text ${i}` })
        await new Promise((done) => setTimeout(done, 20))
    }
    return out
}, messages)
await bob.until((count) => Object.keys(arrived).length >= count, messages)
const arrived = await bob.page.evaluate(() => arrived)
const delays = Object.keys(sent)
    .map((text) => arrived[text] - sent[text])
    .sort((a, b) => a - b)
report(`send to receive, p50 of ${messages}`, delays[messages >> 1])
report('send to receive, p95', delays[Math.floor(messages * 0.95)])
await timed('1,000 messages sent at once', () =>
    alice.page.evaluate(() =>
        Promise.all(
            Array.from({ length: 1000 }, (_, i) =>
                engine.call('send', { who: 'bob', text: `many ${i}` })
            )
        )
    )
)
await alice.page.reload()
report('warm start, open', await sinceStart(alice, 'open'))
await Promise.all([alices.close(), bobs.close()])
await relay.stop()
site.close()
await folder.remove()
if (errors.length > 0) console.log(errors)
