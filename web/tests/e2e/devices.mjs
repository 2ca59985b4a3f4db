// An account in several browsers over a real relay: linking with compared digits, locking, a
// passkey, erasing, and coming back from the recovery kit.
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { Camera, fine } from './film.mjs'
import { Person, scratch, start_relay } from './people.mjs'
import { root, run, serve } from './support.mjs'

const folder = scratch()
const relay = await start_relay(join(folder.path, 'relay'))
const site = await serve(join(root, 'web', 'dist'), relay.address)
const camera = new Camera(folder.path)
const anna = await Person.begin('anna', site.origin, { media: camera.media })
const phone = await Person.begin('phone', site.origin, { context: fine })
const ben = await Person.begin('ben', site.origin)

const heading = (person, name) => person.page.getByRole('heading', { name })

async function protect(person, way) {
    await person.button('Begin').click()
    await person.page.getByLabel('Name').fill(person.name)
    await person.page.getByText('More options').click()
    await person.page.getByLabel(way).check()
}

async function finish(person) {
    await person.button('Go', { exact: true }).click()
    await person.page.locator('ol.words li').first().waitFor()
    await person.page.getByLabel('I have written them down').check()
    await person.button('Done').click()
    await heading(person, 'Mayfly').waitFor()
}

const tests = {
    async a_browser_is_linked_by_digits_that_a_person_compares() {
        await anna.onboard()
        await ben.onboard()
        await ben.add(await anna.link())
        await anna.accept('ben')
        await ben.write('vor dem neuen Gerät')
        await anna.enter('ben')
        await anna.sees('vor dem neuen Gerät')
        await phone.button('Link this device').click()
        await phone.button('Show code').click()
        const link = await phone.page.getByLabel('Link of the new device').inputValue()
        assert.match(link, /^mayfly-device:/)
        camera.sees(await phone.page.locator('svg[role=img]').screenshot())
        await anna.button('Settings').click()
        await anna.button('Devices').click()
        await anna.button('Scan').click()
        const digits = (person) => person.page.locator('.code').innerText()
        await anna.page.locator('.code').waitFor()
        await phone.page.locator('.code').waitFor()
        assert.equal(await anna.page.locator('.code').count(), 1)
        assert.equal(await digits(anna), await digits(phone))
        await anna.button('They are the same').click()
        await phone.button('They are the same').click()
        await heading(phone, 'Mayfly').waitFor({ timeout: 30_000 })
        await phone.enter('ben')
        await phone.sees('vor dem neuen Gerät', 30_000)
        await phone.write('vom Telefon')
        await ben.sees('vom Telefon')
        await anna.sees('vom Telefon')
    },
    async a_device_is_named_and_shut_out() {
        const list = anna.page.locator('dialog').last().locator('.list .item')
        await list.nth(1).waitFor()
        const other = list.filter({ hasNotText: 'This device' }).first()
        await other.getByRole('button', { name: /Rename/ }).click()
        await anna.page.getByLabel('Name of the device').fill('Telefon')
        await anna.button('Set', { exact: true }).click()
        await anna.button('Shut out Telefon').click()
        await anna.button('Shut out', { exact: true }).click()
        await anna.page.getByText('Shut out', { exact: true }).first().waitFor()
        await phone.page.getByText('This device was shut out').waitFor({ timeout: 30_000 })
    },
    async a_passphrase_locks_and_opens() {
        await ben.end()
        const dora = await Person.begin('dora', site.origin)
        await protect(dora, 'Passphrase')
        await dora.page.locator('input[type=password]').fill('lange genug')
        await finish(dora)
        await dora.button('Lock').click()
        await dora.page.locator('input[type=password]').fill('falsch')
        await dora.button('Unlock').click()
        await dora.page.getByText('That is not the passphrase').waitFor()
        await dora.page.reload()
        await heading(dora, 'Locked').waitFor()
        await dora.page.locator('input[type=password]').fill('lange genug')
        await dora.button('Unlock').click()
        await heading(dora, 'Mayfly').waitFor()
        dora.check()
        await dora.end()
    },
    async a_passkey_locks_and_opens() {
        const emil = await Person.begin('emil', site.origin)
        const session = await emil.browser.context.newCDPSession(emil.page)
        await session.send('WebAuthn.enable')
        await session.send('WebAuthn.addVirtualAuthenticator', {
            options: {
                protocol: 'ctap2',
                ctap2Version: 'ctap2_1',
                transport: 'internal',
                hasResidentKey: true,
                hasUserVerification: true,
                hasPrf: true,
                isUserVerified: true
            }
        })
        await emil.page.reload()
        await protect(emil, /Passkey/)
        await finish(emil)
        await emil.button('Lock').click()
        await emil.button('Unlock').click()
        await heading(emil, 'Mayfly').waitFor()
        emil.check()
        await emil.end()
    },
    async the_kit_brings_an_account_back_after_everything_is_erased() {
        await anna.page.keyboard.press('Escape')
        await anna.button('Erase from this browser').click()
        await anna.page.locator('dialog').last().locator('.button.bad').click()
        await anna.button('I have a recovery kit').click()
        await anna.page.getByLabel('Words of the recovery kit').fill(anna.words)
        await anna.button('Recover', { exact: true }).click()
        await heading(anna, 'Mayfly').waitFor({ timeout: 30_000 })
        await anna.page
            .locator('.conversation-row', { hasText: 'ben' })
            .waitFor({ timeout: 30_000 })
    },
    async no_error_was_on_any_console() {
        anna.check()
        phone.check()
    }
}

await run(tests, async () => {
    await anna.end()
    await phone.end()
    site.close()
    await relay.stop()
    folder.remove()
})
