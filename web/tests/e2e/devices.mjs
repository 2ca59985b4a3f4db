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
const dora = await Person.begin('dora', site.origin)

const heading = (person, name) => person.page.getByRole('heading', { name })

async function with_passkeys(person) {
    const session = await person.browser.context.newCDPSession(person.page)
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
    await person.page.reload()
}

async function protect(person, way) {
    await person.button('Begin').click()
    await person.page.getByLabel('Name').fill(person.name)
    await person.page.getByText('More options').click()
    await person.page.getByLabel(way).check()
}

async function twice(person, passphrase, from = 0) {
    const fields = person.page.locator('input[type=password]')
    await fields.nth(from).fill(passphrase)
    await fields.nth(from + 1).fill(passphrase)
}

async function unlock(person, passphrase) {
    await person.page.locator('input[type=password]').fill(passphrase)
    await person.button('Unlock').click()
}

async function erase(person, button) {
    await person.button(button).click()
    await person.page.locator('dialog').last().locator('.button.bad').click()
    await heading(person, 'Everything is erased').waitFor()
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
        await protect(dora, 'Passphrase')
        await twice(dora, 'lange genug')
        await finish(dora)
        await dora.button('Lock').click()
        await unlock(dora, 'falsch')
        await dora.page.getByText('That is not the passphrase').waitFor()
        await dora.page.reload()
        await heading(dora, 'Locked').waitFor()
        await unlock(dora, 'lange genug')
        await heading(dora, 'Mayfly').waitFor()
    },
    async another_passphrase_opens_and_the_old_one_no_longer() {
        await dora.button('Settings').click()
        await dora.button('Change passphrase or passkey').click()
        await dora.page.getByLabel('Current passphrase').fill('lange genug')
        await twice(dora, 'kran tulpe neffe ostwind', 1)
        await dora.page.getByText('Strong.').waitFor()
        await dora.page.locator('dialog').last().locator('button.main').click()
        await dora.page.getByText('It unlocks from now on').waitFor()
        await dora.page.keyboard.press('Escape')
        await dora.button('Lock').click()
        await unlock(dora, 'lange genug')
        await dora.page.getByText('That is not the passphrase').waitFor()
        await unlock(dora, 'kran tulpe neffe ostwind')
        await heading(dora, 'Mayfly').waitFor()
    },
    async a_duress_passphrase_gives_the_account_up_for_an_empty_one() {
        await dora.button('Settings').click()
        const id = () => dora.page.locator('dialog details .mono').first().textContent()
        const own = await id()
        await dora.button('Duress passphrase').click()
        await dora.page.getByLabel('Current passphrase').fill('kran tulpe neffe ostwind')
        await twice(dora, 'sie zwingen mich', 1)
        await dora.page.getByLabel('Name of the empty account').fill('Dora M.')
        await dora.button('Set duress passphrase').click()
        await dora.page.getByText('The duress passphrase is set.').waitFor()
        await dora.page.keyboard.press('Escape')
        await dora.button('Lock').click()
        await unlock(dora, 'sie zwingen mich')
        await heading(dora, 'Mayfly').waitFor()
        await dora.button('Settings').click()
        await dora.page.locator('dialog').getByText('Dora M.').waitFor()
        assert.notEqual(await id(), own)
        await dora.page.keyboard.press('Escape')
        await dora.button('Lock').click()
        await unlock(dora, 'kran tulpe neffe ostwind')
        await dora.page.getByText('That is not the passphrase').waitFor()
    },
    async erasing_leaves_nothing_behind() {
        await dora.page.waitForFunction(async () => (await caches.keys()).length > 0)
        await erase(dora, 'Forgotten? Erase and begin anew')
        const left = await dora.page.evaluate(async () => {
            const files = []
            const root = await navigator.storage.getDirectory()
            for await (const name of root.keys()) files.push(name)
            return {
                files,
                caches: await caches.keys(),
                databases: await indexedDB.databases(),
                workers: (await navigator.serviceWorker.getRegistrations()).length,
                kept: localStorage.length + sessionStorage.length
            }
        })
        assert.deepEqual(left, { files: [], caches: [], databases: [], workers: 0, kept: 0 })
        await dora.button('Begin anew').click()
        await dora.button('Begin', { exact: true }).waitFor()
        dora.check()
        await dora.end()
    },
    async a_passkey_locks_and_opens() {
        const emil = await Person.begin('Эмиль', site.origin)
        await with_passkeys(emil)
        await protect(emil, /Passkey/)
        await finish(emil)
        await emil.button('Lock').click()
        // Whether there is a duress passphrase, the lock screen does not tell.
        await emil.button('Use a passphrase').click()
        await emil.button('Use a passkey').click()
        await emil.button('Unlock').click()
        await heading(emil, 'Mayfly').waitFor()
        await emil.button('Settings').click()
        await emil.page.locator('dialog').getByText('Эмиль').waitFor()
        await emil.button('Change passphrase or passkey').click()
        await twice(emil, 'ein Satz statt eines Fingers')
        await emil.page.locator('dialog').last().locator('button.main').click()
        await emil.page.getByText('It unlocks from now on').waitFor()
        await emil.page.keyboard.press('Escape')
        await emil.button('Lock').click()
        await unlock(emil, 'ein Satz statt eines Fingers')
        await heading(emil, 'Mayfly').waitFor()
        emil.check()
        await emil.end()
    },
    async a_home_without_a_lock_gets_one_and_another_and_gives_itself_up() {
        const frida = await Person.begin('frida', site.origin)
        const dialog = frida.page.locator('dialog').last()
        const lock = async () => {
            await frida.page.locator('dialog').nth(1).waitFor({ state: 'detached' })
            await frida.page.keyboard.press('Escape')
            await frida.button('Lock').click()
        }
        await with_passkeys(frida)
        await frida.onboard()
        assert.equal(await frida.button('Lock').count(), 0)
        await frida.button('Settings').click()
        await frida.button('Protect this browser').click()
        assert.equal(await dialog.getByLabel('No lock').count(), 0)
        await twice(frida, 'kran tulpe neffe')
        await dialog.locator('button.main').click()
        await frida.page.getByText('It unlocks from now on').waitFor()
        await lock()
        await unlock(frida, 'kran tulpe neffe')
        await heading(frida, 'Mayfly').waitFor()
        await frida.button('Settings').click()
        await frida.button('Change passphrase or passkey').click()
        await frida.page.getByLabel('Current passphrase').fill('kran tulpe neffe')
        await dialog.getByLabel(/Passkey/).check()
        await dialog.locator('button.main').click()
        await frida.page.getByText('It unlocks from now on').waitFor()
        await lock()
        await frida.button('Unlock').click()
        await heading(frida, 'Mayfly').waitFor()
        await frida.button('Settings').click()
        await frida.button('Duress passphrase').click()
        await frida.page.getByText('Your passkey will be asked for.').waitFor()
        await twice(frida, 'sie zwingen mich')
        await frida.page.getByLabel('Name of the empty account').fill('Frida M.')
        await frida.button('Set duress passphrase').click()
        await frida.page.getByText('The duress passphrase is set.').waitFor()
        await lock()
        await frida.button('Use a passphrase').click()
        await unlock(frida, 'sie zwingen mich')
        await frida.button('Settings').click()
        await frida.page.locator('dialog').getByText('Frida M.').waitFor()
        await lock()
        // The passkey opened what is gone.
        assert.equal(await frida.button('Use a passkey').count(), 0)
        await unlock(frida, 'kran tulpe neffe')
        await frida.page.getByText('That is not the passphrase').waitFor()
        frida.check()
        await frida.end()
    },
    async the_kit_brings_an_account_back_after_everything_is_erased() {
        await anna.page.keyboard.press('Escape')
        await erase(anna, 'Erase from this browser')
        await anna.button('Begin anew').click()
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
