// What people say besides texts, and what they trust, between two browsers over a real relay.
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { Camera, fine, picture_of_code } from './film.mjs'
import { Person, scratch, start_relay } from './people.mjs'
import { encode_png } from './pictures.mjs'
import { root, run, serve } from './support.mjs'

const folder = scratch()
const relay = await start_relay(join(folder.path, 'relay'))
const site = await serve(join(root, 'web', 'dist'), relay.address)
const camera = new Camera(folder.path)
const anna = await Person.begin('anna', site.origin, { context: fine })
const ben = await Person.begin('ben', site.origin, { media: camera.media })
await Camera.watched(ben.page)

const menu = async (person, text, entry) => {
    await person.bubble(text).first().locator('.bubble').click({ button: 'right' })
    await person.page
        .getByRole(/[\w ]/.test(entry) ? 'menuitem' : 'menuitemcheckbox', {
            name: entry
        })
        .click()
}

async function attach(person, entry) {
    await person.button('Attach').click()
    await person.page.getByRole('menuitem', { name: entry }).click()
}

const dialog = (person) => person.page.locator('dialog').last()
const code_of = (person) => dialog(person).locator('svg[role=img]').screenshot()

async function close_all(person) {
    while ((await person.page.locator('dialog').count()) > 0) {
        await person.page.keyboard.press('Escape')
        await person.page.waitForTimeout(100)
    }
}

async function compare(person, other) {
    await person.button(new RegExp(`About ${other}`)).click()
    await person.button('Compare safety number').click()
    await person.page.locator('dialog .code').waitFor()
    return (await person.page.locator('dialog .code').innerText()).replace(/\D/g, '').slice(0, 60)
}

const tests = {
    async a_contact_is_added_by_camera() {
        await anna.onboard()
        await ben.onboard()
        await anna.button('Settings').click()
        await anna.button('My link').last().click()
        camera.sees(await code_of(anna))
        await close_all(anna)
        await ben.button('New conversation').click()
        await ben.button('Scan').click()
        const field = ben.page.getByLabel('Name, address or link')
        await field.waitFor()
        assert.match(await field.inputValue(), /^mayfly:/)
        await camera.is_off(ben.page)
        await ben.button('Send request').click()
        await ben.page.locator('textarea').waitFor()
        await anna.accept('ben')
    },
    async an_answer_shows_what_it_answers() {
        await anna.enter('ben')
        await ben.write('Kommst du mit?')
        await anna.sees('Kommst du mit?')
        await menu(anna, 'Kommst du mit?', 'Reply')
        await anna.write('Ja, gern')
        await ben.bubble('Ja, gern').locator('.quote', { hasText: 'Kommst du mit?' }).waitFor()
    },
    async a_reaction_is_seen_and_taken_back() {
        await menu(ben, 'Ja, gern', '👍')
        const there = anna.bubble('Ja, gern').locator('.reactions button')
        await there.waitFor()
        await ben.bubble('Ja, gern').locator('.reactions button').click()
        await there.waitFor({ state: 'detached' })
    },
    async an_edit_is_seen() {
        await menu(anna, 'Ja, gern', 'Edit')
        await anna.page.locator('textarea').fill('Ja, sehr gern')
        await anna.button('Save edit').click()
        await ben.sees('Ja, sehr gern')
        await ben.bubble('Ja, sehr gern').getByText('edited').waitFor()
    },
    async a_poll_is_voted_on() {
        await attach(ben, 'Poll')
        await ben.page.getByLabel('Question').fill('Wohin?')
        await ben.page.getByLabel('Answer 1').fill('Zum Wehr')
        await ben.page.getByLabel('Answer 2').fill('Zur Mühle')
        await ben.page.locator('dialog').getByRole('button', { name: 'Send' }).click()
        await anna.sees('Wohin?')
        await anna.page.getByRole('button', { name: /Zur Mühle/ }).click()
        await ben.bubble('Wohin?').getByText('1 vote', { exact: false }).last().waitFor()
    },
    async a_place_is_sent_after_a_question() {
        await ben.browser.context.grantPermissions(['camera', 'geolocation'])
        await ben.browser.context.setGeolocation({ latitude: 52.5163, longitude: 13.3777 })
        for (const answer of ['Cancel', 'Send']) {
            await attach(ben, 'Place')
            await dialog(ben).getByRole('button', { name: answer }).click()
            await dialog(ben).waitFor({ state: 'detached' })
        }
        await anna.page.locator('article a[href^="geo:52.5163"]').waitFor()
        assert.equal(await ben.page.locator('article a[href^="geo:"]').count(), 1)
    },
    async settings_hold_for_both_and_receipts_are_told() {
        await ben.button(/About anna/).click()
        await ben.page.getByRole('switch', { name: /Receipts/ }).check()
        await ben.page.keyboard.press('Escape')
        await anna.page.getByText('new messages expire after').waitFor()
        await ben.write('gelesen?')
        await anna.sees('gelesen?')
        await ben.bubble('gelesen?').getByText('read', { exact: true }).waitFor()
    },
    async a_draft_survives_a_reload() {
        await ben.page.locator('textarea').fill('noch nicht fertig')
        await ben.page.waitForTimeout(1500)
        await ben.page.reload()
        await ben.enter('anna')
        await ben.page.waitForFunction(
            () => document.querySelector('textarea').value === 'noch nicht fertig'
        )
        await ben.page.locator('textarea').fill('')
    },
    async a_code_of_another_kind_is_named_and_does_nothing() {
        await compare(ben, 'anna')
        await ben.button('Scan').click()
        await dialog(ben).getByText('That code adds a contact.').waitFor()
        // Nobody looks any more; then somebody does.
        const look = (state) =>
            ben.page.evaluate((state) => {
                const given = { configurable: true, get: () => state }
                Object.defineProperty(document, 'visibilityState', given)
                document.dispatchEvent(new Event('visibilitychange'))
            }, state)
        await look('hidden')
        await camera.is_off(ben.page)
        camera.sees(picture_of_code('https://example.org/menu'))
        await look('visible')
        await dialog(ben).getByText('That code is not one of Mayfly’s.').waitFor()
        await camera.is_on(ben.page)
        await dialog(ben).getByRole('button', { name: 'Close' }).click()
        await camera.is_off(ben.page)
        await close_all(ben)
    },
    async another_safety_number_is_said_loudly_and_marks_nothing() {
        const digits = await compare(ben, 'anna')
        const other = String((Number(digits[0]) + 1) % 10) + digits.slice(1)
        camera.sees(picture_of_code(`mayfly-safety:1:${other}`))
        await ben.button('Scan').click()
        await dialog(ben).getByText('The numbers differ.').waitFor()
        assert.equal(await ben.button('They are the same').count(), 0)
        await close_all(ben)
        assert.equal(await ben.page.locator('header .verified').count(), 0)
    },
    async safety_numbers_are_the_same_and_mark_a_contact() {
        const annas = await compare(anna, 'ben')
        assert.equal(annas.length, 60)
        camera.sees(await code_of(anna))
        await anna.button('They are the same').click()
        await dialog(anna).getByText('Verified').waitFor()
        await close_all(anna)
        await anna.page.locator('header .verified').waitFor()
        assert.equal(annas, await compare(ben, 'anna'))
        await ben.button('Scan').click()
        await ben.page.getByText('anna is verified.').waitFor()
        await dialog(ben).getByText('Verified').waitFor()
        await close_all(ben)
        await ben.page.locator('header .verified').waitFor()
    },
    async a_moderator_sets_the_rules_of_a_group() {
        await anna.button('New conversation').click()
        await anna.button('New group').click()
        await anna.page.getByLabel('Name').fill('Fluss')
        await anna.page.locator('dialog .item', { hasText: 'ben' }).click()
        await anna.button('Create').click()
        await anna.page.getByRole('heading', { name: 'Fluss' }).waitFor()
        await ben.accept('Fluss')
        await ben.enter('Fluss')
        await anna.page.getByText('2 members').first().waitFor({ timeout: 20_000 })
        await anna.page.locator('header .who').click()
        await anna.button('Change', { exact: true }).click()
        await anna.page.locator('dialog input[type=file]').setInputFiles({
            name: 'bild.png',
            mimeType: 'image/png',
            buffer: encode_png(64, 64, new Uint8Array(3 * 64 * 64).fill(120))
        })
        await anna.page.locator('dialog .avatar img').waitFor()
        await anna.page.getByLabel('Live at most').selectOption({ label: '1 day' })
        await anna.button('Save', { exact: true }).click()
        // Picture and limit reach the others, and hold for what they write.
        await ben.page.locator('header .avatar img').waitFor({ timeout: 20_000 })
        await ben.page.locator('.chip').first().click()
        await ben.page.locator('dialog label', { hasText: '1 day' }).waitFor()
        assert.equal(await ben.page.locator('dialog label', { hasText: '6 days' }).count(), 0)
        await ben.page.keyboard.press('Escape')
    },
    async who_is_named_sees_it() {
        await anna.page.keyboard.press('Escape')
        await anna.page.locator('textarea').pressSequentially('Kommst du, @be')
        await anna.page.getByRole('option', { name: /ben/ }).waitFor()
        await anna.page.keyboard.press('Tab')
        await anna.page.keyboard.type('?')
        await anna.page.keyboard.press('Enter')
        await ben.bubble('Kommst du').locator('.mention.me', { hasText: '@You' }).waitFor()
        await anna.bubble('Kommst du').locator('.mention', { hasText: '@ben' }).waitFor()
        assert.equal(await anna.page.locator('.mention.me').count(), 0)
    },
    async the_code_of_a_group_is_read_from_a_picture() {
        await anna.page.locator('header .who').click()
        await anna.button('Link', { exact: true }).click()
        await anna.button('Make link').click()
        const buffer = await code_of(anna)
        await close_all(anna)
        await ben.button('New conversation').click()
        await ben.button('Scan').click()
        const file = { name: 'code.png', mimeType: 'image/png', buffer }
        await dialog(ben).locator('input[type=file]').setInputFiles(file)
        await ben.button('Ask to join').waitFor()
        await close_all(ben)
    },
    async a_reader_only_reads() {
        await anna.page.locator('header .who').click()
        await anna.button('Manage ben').click()
        await anna.page.getByRole('menuitem', { name: 'Let only read' }).click()
        const reader = anna.page.locator('dialog .item', { hasText: 'Reads only' })
        await reader.waitFor({ timeout: 20_000 })
        await ben.page.locator('textarea').waitFor({ state: 'detached', timeout: 20_000 })
        await anna.page.keyboard.press('Escape')
        await anna.enter('gelesen?')
        await ben.enter('gelesen?')
    },
    async who_is_blocked_is_not_heard() {
        await anna.button(/About ben/).click()
        await anna.button('Block').click()
        await anna.page.keyboard.press('Escape')
        await anna.page.getByText('You have blocked this contact').first().waitFor()
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
