// What people say besides texts, and what they trust, between two browsers over a real relay.
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { Person, scratch, start_relay } from './people.mjs'
import { root, run, serve } from './support.mjs'

const folder = scratch()
const relay = await start_relay(join(folder.path, 'relay'))
const site = await serve(join(root, 'web', 'dist'), relay.address)
const anna = await Person.begin('anna', site.origin)
const ben = await Person.begin('ben', site.origin)

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

const tests = {
    async an_answer_shows_what_it_answers() {
        await anna.onboard()
        await ben.onboard()
        await ben.add(await anna.link())
        await anna.accept('ben')
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
    async safety_numbers_are_the_same_and_mark_a_contact() {
        const digits = async (person, name) => {
            await person.button(new RegExp(`About ${name}`)).click()
            await person.button('Compare safety number').click()
            await person.page.locator('.code').waitFor()
            return (await person.page.locator('.code').innerText()).replace(/\D/g, '').slice(0, 60)
        }
        const annas = await digits(anna, 'ben')
        assert.equal(annas.length, 60)
        assert.equal(annas, await digits(ben, 'anna'))
        await anna.button('They are the same').click()
        await anna.page.locator('dialog').getByText('Verified').waitFor()
        await anna.page.keyboard.press('Escape')
        await anna.page.locator('header .verified').waitFor()
        await ben.page.keyboard.press('Escape')
        await ben.page.keyboard.press('Escape')
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
