// Files and voice memos through the pages, between two browsers and the native client.
//   MAYFLY_BIN=build/release/bin node tests/e2e/media.mjs [NAME]
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at_the_command_line, Person, scratch, start_relay } from './people.mjs'
import { encode_png } from './pictures.mjs'
import { root, run, serve } from './support.mjs'

const folder = scratch()
const relay = await start_relay(join(folder.path, 'relay'))
const site = await serve(join(root, 'web', 'dist'), relay.address)
const anna = await Person.begin('anna', site.origin)
const ben = await Person.begin('ben', site.origin)
const carol = at_the_command_line(join(folder.path, 'carol'))
const memo_ms = 1500

const side = 64
const colours = Uint8Array.from({ length: 3 * side * side }, (_, at) => (at * 7) & 255)
const files = {
    picked: { name: 'notiz.txt', type: 'text/plain', bytes: Buffer.from('hallo von anna\n') },
    pasted: { name: 'bild.png', type: 'image/png', bytes: encode_png(side, side, colours) },
    dropped: { name: 'daten.bin', type: '', bytes: Buffer.alloc(700_000, 'mayfly') }
}

async function record(person) {
    await person.button('Record a voice memo').click()
    await person.page.waitForTimeout(memo_ms)
    await person.button('Send', { exact: true }).click()
}

// As a browser hands on what comes from the clipboard or is let go over the page.
async function hand_in(person, event, selector, { name, type, bytes }) {
    await person.page.locator(selector).evaluate(
        (target, [event, name, type, bytes]) => {
            const data = new DataTransfer()
            const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))
            data.items.add(new File([content], name, { type }))
            const options = { bubbles: true, cancelable: true }
            const made =
                event === 'paste'
                    ? new ClipboardEvent(event, { ...options, clipboardData: data })
                    : new DragEvent(event, { ...options, dataTransfer: data })
            target.dispatchEvent(made)
        },
        [event, name, type, bytes.toString('base64')]
    )
}

async function saved(person, name) {
    const [download] = await Promise.all([
        person.page.waitForEvent('download'),
        person.bubble(name).locator('.file').click()
    ])
    assert.equal(download.suggestedFilename(), name)
    return readFileSync(await download.path())
}

async function heard_by_carol(content) {
    let found = null
    for (let tries = 0; tries < 10 && !found; tries++) {
        const heard = await carol('receive', '--timeout', '5s')
        found = heard.find((one) => one.content === content)
    }
    assert.ok(found, `no ${content} came`)
    const [{ path }] = await carol('download', found.id, '--to', folder.path)
    return { found, path, bytes: readFileSync(path) }
}

const tests = {
    async they_meet() {
        await anna.onboard()
        await ben.onboard()
        await ben.add(await anna.link())
        await anna.accept('ben')
        await anna.enter('ben')
        await carol('init', '--relay', relay.address, '--handle', 'carol', '--name', 'Carol')
        await carol('contact', 'add', await anna.link())
        await anna.accept('Carol')
        await anna.enter('ben')
    },
    async a_memo_is_recorded_here_and_heard_there() {
        await record(anna)
        const play = ben.button('Play')
        await play.waitFor({ timeout: 20_000 })
        await play.click()
        const audio = ben.page.locator('audio')
        await audio.waitFor({ state: 'attached' })
        await ben.page.waitForFunction(() => document.querySelector('audio')?.currentTime > 0.3)
        const duration = await audio.evaluate((one) => one.duration)
        assert.ok(duration > 1 && duration < 5, `${duration} s`)
        await ben.page.waitForFunction(() => document.querySelector('audio')?.ended)
    },
    async a_file_is_picked() {
        const { name, type, bytes } = files.picked
        const picker = anna.page.locator('input[type=file]').first()
        await picker.setInputFiles({ name, mimeType: type, buffer: bytes })
        await ben.sees(name)
        assert.deepEqual(await saved(ben, name), bytes)
    },
    async an_image_is_pasted_and_looked_at() {
        await hand_in(anna, 'paste', 'textarea', files.pasted)
        const picture = ben.button(`Show ${files.pasted.name}`)
        // Its small picture comes with the message.
        await picture.locator('img').waitFor({ timeout: 20_000 })
        await picture.click()
        const image = ben.page.locator('dialog img')
        await image.waitFor()
        await ben.page.waitForFunction(() => document.querySelector('dialog img').complete)
        assert.equal(await image.evaluate((one) => one.naturalWidth), side)
        await ben.page.keyboard.press('Escape')
        await image.waitFor({ state: 'detached' })
    },
    async a_file_is_dropped_and_an_answer_may_be_one() {
        await ben.write('schick mal')
        await anna.sees('schick mal')
        await anna.bubble('schick mal').first().locator('.bubble').click({ button: 'right' })
        await anna.page.getByRole('menuitem', { name: 'Reply' }).click()
        await hand_in(anna, 'drop', 'section.conversation', files.dropped)
        await ben.sees(files.dropped.name)
        assert.deepEqual(await saved(ben, files.dropped.name), files.dropped.bytes)
    },
    async somebody_at_the_command_line_gets_file_and_memo() {
        await anna.enter('Carol')
        await hand_in(anna, 'drop', 'section.conversation', files.dropped)
        const file = await heard_by_carol('file')
        assert.deepEqual(file.bytes, files.dropped.bytes)
        await record(anna)
        const memo = await heard_by_carol('voice')
        assert.equal(memo.bytes.toString('latin1', 0, 4), 'OggS')
        assert.equal(memo.bytes.toString('latin1', 28, 36), 'OpusHead')
        // The native client takes it for what it is, and reads its length from it.
        await carol('send-voice', 'anna', memo.path)
        await anna.page.locator('.voice').nth(1).waitFor({ timeout: 20_000 })
        const length = await anna.page.locator('.voice').nth(1).innerText()
        assert.match(length, /0:0[12]/)
    },
    async no_error_was_on_any_console() {
        anna.check()
        ben.check()
    }
}

await run(tests, async () => {
    await anna.end()
    await ben.end()
    site.close()
    await relay.stop()
    folder.remove()
})
