// The engine in a real browser, against the real relay and the real command line:
//   node --test web/tests/engine/engine_test.mjs
// MAYFLY_BIN: where mayfly and mayfly-relay are; MAYFLY_CHROMIUM: the browser.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
    buildSite,
    cliPerson,
    killProcesses,
    openBrowser,
    scratchFolder,
    serveSite,
    startRelay
} from './support.mjs'

const errors = []
let site, folder, relay, alices, bobs, alice, bob, carol
let made = 0

const freshProfile = () => `${folder.path}/profile${made++}`
const addressOf = (name) => `${name}@${relay.address}`

async function create(person, handle, passphrase = null) {
    const { result, code } = await person.do('create', {
        handle,
        relays: [relay.address],
        passphrase
    })
    assert.equal(code, undefined)
    assert.equal((await person.status()).lifecycle, 'open')
    return result.words
}

async function befriend(asker, asked, askedName) {
    await asker.call('contact.add', { address: addressOf(askedName) })
    await asked.until(() => events.some((e) => e.name === 'request'))
    const { requests } = await asked.call('contact.requests')
    await asked.call('contact.accept', { id: requests[0].account })
}

const textsOf = async (person, who) => {
    const { messages } = await person.call('messages', { who, limit: 1000 })
    return messages.map((message) => message.text)
}

before(async () => {
    await buildSite()
    site = await serveSite()
    folder = await scratchFolder()
    relay = await startRelay(`${folder.path}/relay`)
    alices = await openBrowser(freshProfile(), errors)
    bobs = await openBrowser(freshProfile(), errors)
    alice = await alices.openPage(site.url)
    bob = await bobs.openPage(site.url)
    carol = await cliPerson(`${folder.path}/carol`)
})
after(async () => {
    await Promise.allSettled([alices?.close(), bobs?.close()])
    await relay?.stop()
    site?.close()
    await folder?.remove()
})

describe('engine', { concurrency: false, timeout: 240_000 }, () => {
    test('account_is_made_and_its_recovery_kit_shown', async () => {
        await alice.become('empty')
        assert.equal((await alice.do('call', 'whoami')).code, 'no_account')
        const words = await create(alice, 'alice')
        assert.match(words, /^([a-z]+ ){8,}[a-z]+$/)
        assert.equal((await alice.call('whoami')).address, addressOf('alice'))
        await alice.until(() => engine.status().connected)
    })

    test('creation_that_is_refused_leaves_an_empty_home', async () => {
        await bob.become('empty')
        const { code } = await bob.do('create', {
            handle: 'alice',
            relays: [relay.address],
            passphrase: null
        })
        assert.equal(code, 'handle_taken')
        assert.equal((await bob.status()).lifecycle, 'empty')
        await create(bob, 'bob', 'correct horse')
    })

    test('messages_pass_between_two_browsers', async () => {
        await befriend(alice, bob, 'bob')
        await alice.call('send', { who: 'bob', text: 'hello from a browser ✉' })
        await bob.message('hello from a browser ✉')
        await bob.call('send', { who: 'alice', text: 'hello back' })
        await alice.message('hello back')
    })

    test('messages_pass_between_a_browser_and_the_command_line', async () => {
        await carol.cli('init', '--handle', 'carol', '--relay', relay.address)
        await carol.cli('contact', 'add', addressOf('alice'))
        await alice.until(() => events.some((e) => e.name === 'request'))
        const { requests } = await alice.call('contact.requests')
        await alice.call('contact.accept', { id: requests[0].account })
        await carol.cli('receive')
        await carol.cli('send', 'alice', 'from the command line')
        await alice.message('from the command line')
        await alice.call('send', { who: 'carol', text: 'from the browser' })
        const got = await carol.cli('receive')
        assert.ok(got.some((one) => one.text === 'from the browser'))
    })

    test('files_pass_between_two_browsers', async () => {
        const sent = await alice.page.evaluate(async () => {
            const bytes = new Uint8Array(700_000).map((_, i) => i * 7)
            const file = await engine.putFile(new Blob([bytes]))
            const offer = { who: 'bob', file, name: 'heron.bin' }
            const { id } = await engine.call('send_file', offer)
            return { id, again: await engine.call('send_file', offer).catch((e) => e.code) }
        })
        assert.equal(sent.again, 'file_unreadable') // a Blob is let go once it was sent
        await bob.until((id) => events.some((e) => e.params.message?.id === id), sent.id)
        const got = await bob.page.evaluate(async (id) => {
            const { file_name } = await engine.call('message', { id })
            const { handle, size } = await engine.call('download', { id })
            const bytes = new Uint8Array(await (await engine.getFile(handle)).arrayBuffer())
            return { file_name, size, good: bytes.every((byte, i) => byte === ((i * 7) & 255)) }
        }, sent.id)
        assert.deepEqual(got, { file_name: 'heron.bin', size: 700_000, good: true })
        assert.equal((await bob.do('getFile', 'file:none')).code, 'file_unreadable')
    })

    test('account_is_open_again_after_a_reload', async () => {
        await alice.page.reload()
        await alice.become('open')
        assert.ok((await textsOf(alice, 'bob')).includes('hello back'))
        await alice.until(() => engine.status().connected)
    })

    test('passphrase_locks_and_unlocks', async () => {
        await bob.do('lock')
        assert.equal((await bob.status()).lifecycle, 'locked')
        assert.equal((await bob.do('call', 'whoami')).code, 'no_account')
        await alice.call('send', { who: 'bob', text: 'while you were away' })
        assert.equal((await bob.do('unlock', 'wrong horse')).code, 'wrong_passphrase')
        assert.equal((await bob.do('unlock', 'correct horse')).code, undefined)
        assert.equal((await bob.status()).lifecycle, 'open')
        await bob.message('while you were away')
        await bob.page.reload()
        await bob.become('locked')
        assert.equal((await bob.do('unlock', 'correct horse')).code, undefined)
        assert.equal((await alice.do('lock')).code, 'passphrase_required')
    })

    test('second_tab_waits_until_the_first_has_closed', async () => {
        const second = await alices.openPage(site.url)
        await second.become('elsewhere')
        await alice.page.close()
        alice = second
        await alice.become('open')
        assert.ok((await textsOf(alice, 'bob')).includes('hello back'))
    })

    test('connections_come_back_after_the_relay_was_away', async () => {
        const port = Number(/:(\d+)/.exec(relay.address)[1])
        await relay.stop()
        await alice.until(() => !engine.status().connected)
        const sending = alice.call('send', { who: 'bob', text: 'sent to a relay that is away' })
        relay = await startRelay(`${folder.path}/relay`, port)
        await sending
        await bob.message('sent to a relay that is away')
    })

    test('browser_killed_in_the_middle_of_writes_loses_nothing_that_was_acknowledged', async () => {
        const sent = new Set()
        for (let life = 0; life < 3; life++) {
            let count = 0
            await alice.page.exposeFunction(`acknowledge${life}`, (text) => {
                sent.add(text)
                count++
            })
            await alice.page.evaluate((life) => {
                let next = 0
                const go = async () => {
                    const text = `life ${life} message ${next++}`
                    await engine.call('send', { who: 'bob', text })
                    void window[`acknowledge${life}`](text)
                    return go()
                }
                for (let i = 0; i < 4; i++) void go()
            }, life)
            while (count < 20 + life * 7) await new Promise((done) => setTimeout(done, 5))
            killProcesses(alices.profile)
            await alices.close().catch(() => {})
            alices = await openBrowser(alices.profile, errors)
            alice = await alices.openPage(site.url)
            await alice.become('open')
        }
        // A subscriber is told of no more than so many messages that it has not acknowledged.
        await bob.page.evaluate(() => {
            const told = events.filter((e) => e.name === 'message')
            return engine.call('ack', { ids: told.map((e) => e.params.message.id) })
        })
        await alice.call('send', { who: 'bob', text: 'the last word' })
        await bob.message('the last word')
        for (const person of [[alice, 'bob'], [bob, 'alice']]) {
            const texts = await textsOf(...person)
            for (const text of sent) {
                assert.equal(texts.filter((one) => one === text).length, 1, text)
            }
        }
    })

    test('device_is_linked_to_an_account_in_another_browser', async () => {
        const tablets = await openBrowser(freshProfile(), errors)
        const tablet = await tablets.openPage(site.url)
        await tablet.become('empty')
        const { result } = await tablet.do('linkDevice', {
            relays: [relay.address],
            passphrase: null
        })
        const adding = alice.call('device.add', { link: result.link }) // ends when all is done
        const code = () => events.find((e) => e.name === 'device_met')?.params.code
        await Promise.all([alice.until(code), tablet.until(code)])
        assert.equal(await alice.page.evaluate(code), await tablet.page.evaluate(code))
        await alice.call('device.confirm')
        await tablet.call('device.confirm')
        await Promise.all([tablet.become('open'), adding])
        assert.equal((await tablet.call('whoami')).account, (await alice.call('whoami')).account)
        await tablet.page.reload()
        await tablet.become('open')
        await bob.call('send', { who: 'alice', text: 'to both of your devices' })
        await Promise.all([
            alice.message('to both of your devices'),
            tablet.message('to both of your devices')
        ])
        await tablets.close()
    })

    test('account_that_was_not_made_to_the_end_is_forgotten', async () => {
        const others = await openBrowser(freshProfile(), errors)
        const other = await others.openPage(site.url)
        await other.become('empty')
        const away = { handle: 'dora', relays: ['127.0.0.1:1'], passphrase: null }
        await other.page.evaluate((options) => void engine.create(options).catch(() => {}), away)
        await other.page.waitForTimeout(500)
        await other.page.reload()
        await other.become('empty')
        await create(other, 'dora')
        await others.close()
    })

    test('account_is_recovered_from_its_kit_and_erased', async () => {
        const others = await openBrowser(freshProfile(), errors)
        const other = await others.openPage(site.url)
        await other.become('empty')
        const words = await create(other, 'erin')
        const { account } = await other.call('whoami')
        await other.do('erase')
        assert.equal((await other.status()).lifecycle, 'erased')
        assert.deepEqual(await other.names(), [])
        await other.page.reload()
        await other.become('empty')
        const wrong = { words: 'hivod boras lisit', relay: relay.address, passphrase: null }
        assert.notEqual((await other.do('recover', wrong)).code, undefined)
        assert.equal((await other.status()).lifecycle, 'empty')
        await other.do('recover', { words, relay: relay.address, passphrase: null })
        assert.equal((await other.call('whoami')).account, account)
        await others.close()
    })

    test('passphrase_is_changed_also_when_the_browser_died_on_the_way', async () => {
        await bob.away()
        const before = await bob.bytes('store.header')
        await bob.page.goto(site.url)
        await bob.become('locked')
        await bob.do('unlock', 'correct horse')
        const wrong = await bob.do('changePassphrase', 'false', 'battery staple')
        assert.equal(wrong.code, 'wrong_passphrase')
        await bob.do('changePassphrase', 'correct horse', 'battery staple')
        await bob.away()
        const after = await bob.bytes('store.header')
        assert.equal(after.length, before.length)
        assert.notDeepEqual(after, before)
        // As a crash in the middle of the copy leaves it.
        await bob.put('store.header.new', after)
        await bob.put('store.header', [...after.slice(0, 1000), ...before.slice(1000)])
        await bob.page.goto(site.url)
        await bob.become('locked')
        assert.equal((await bob.do('unlock', 'correct horse')).code, 'wrong_passphrase')
        assert.equal((await bob.do('unlock', 'battery staple')).code, undefined)
        assert.ok((await bob.call('conversations')).conversations.length > 0)
    })

    test('duress_passphrase_destroys_the_account_and_shows_an_empty_one', async () => {
        const { account } = await bob.call('whoami')
        const current = 'battery staple'
        const same = await bob.do('setDuress', { current, duress: current, name: 'Bob' })
        assert.equal(same.code, 'passphrase_in_use')
        await bob.do('setDuress', { current, duress: 'they made me', name: 'Bob' })
        assert.equal((await bob.call('whoami')).account, account)
        await bob.do('lock')
        assert.equal((await bob.do('unlock', 'they made me')).code, undefined)
        const decoy = await bob.call('whoami')
        assert.notEqual(decoy.account, account)
        assert.equal(decoy.name, 'Bob')
        assert.deepEqual((await bob.call('conversations')).conversations, [])
        await bob.until(() => engine.status().connected)
    })

    test('console_shows_no_error_but_of_connections', () => {
        const other = errors.filter((text) => !/WebSocket connection|ERR_CONNECTION/.test(text))
        assert.deepEqual(other, [])
    })
})
