// Every screen, at two sizes, in two themes and two languages, and from right to left: no barrier,
// no error on the console, nothing wider than the window, and a picture under build/web-screens
// that is as it was.  node tests/e2e/screens.mjs [NAME]
// UPDATE_SCREENS=1 takes the pictures as they are now for how they have to be.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pseudo } from '../fake/pseudo.mjs'
import { picture_of_code } from './film.mjs'
import { Baseline } from './pictures.mjs'
import { barriers, browse, root, run, screens_folder, serve, sizes } from './support.mjs'

const words = {
    en: { more: 'More options', recover: 'I have a recovery kit', link: 'Link this device' },
    de: {
        more: 'Weitere Optionen',
        recover: 'Ich habe ein Rettungsset',
        link: 'Dieses Gerät verbinden'
    }
}
words.rtl = Object.fromEntries(Object.entries(words.en).map(([key, text]) => [key, pseudo(text)]))

const week = '?scene=week'
const dialog = (name, value) => (page) =>
    page.evaluate(([name, value]) => window.nav.dialog(name, value), [name, value])
const protected_by = (way) => (page) =>
    page.evaluate((way) => window.prefs.set('protection', way), way)
const alarmed = (alarm) => (page) =>
    page.evaluate((alarm) => {
        const one = window.world.contacts.find(({ account }) => account === 'tom')
        one.alarm = alarm
        return window.app.session.refresh()
    }, alarm)
const open = (id) => (page) => page.evaluate((id) => window.nav.open(id), id)
const after =
    (...steps) =>
    async (page, text) => {
        for (const step of steps) await step(page, text)
    }
const choose_code = (text) => (page) =>
    page.locator('dialog input[type=file]').setInputFiles({
        name: 'code.png',
        mimeType: 'image/png',
        buffer: picture_of_code(text)
    })
const press = (selector) => (page) => page.locator(selector).first().click()

const linking = after(
    (page, text) => page.getByRole('button', { name: text.link }).click(),
    press('form .button.main'),
    (page) => page.waitForSelector('svg[role=img]')
)

const screens = {
    welcome: ['?lifecycle=empty'],
    name: ['?lifecycle=empty', press('.button.main')],
    name_options: [
        '?lifecycle=empty',
        after(press('.button.main'), (page) => page.fill('input', 'Anna Müller'), press('summary'))
    ],
    name_free: [
        '?lifecycle=empty',
        after(press('.button.main'), (page) => page.fill('input', 'Эмиль'))
    ],
    recover: [
        '?lifecycle=empty',
        (page, text) => page.getByRole('button', { name: text.recover }).click()
    ],
    link: ['?lifecycle=empty', linking],
    link_digits: [
        '?lifecycle=empty',
        after(
            linking,
            (page) =>
                page.evaluate(() => window.engine.tell('device_met', { code: '482913' })),
            (page) => page.waitForSelector('.code')
        )
    ],
    kit: [
        '?lifecycle=empty',
        (page) =>
            page.evaluate(() =>
                window.engine
                    .create({
                        handle: 'mara',
                        relays: [],
                        passphrase: null
                    })
                    .then(({ words }) => {
                        window.app.words = words
                    })
            )
    ],
    locked: ['?lifecycle=locked'],
    locked_passkey: [
        '?lifecycle=locked',
        async (page) => {
            await page.evaluate(() => {
                window.prefs.set('passkey', 'id')
                window.prefs.set('protection', 'passkey')
            })
            await page.reload()
            await page.waitForSelector('h1')
        }
    ],
    erased: ['?lifecycle=erased'],
    starting: ['?lifecycle=starting'],
    elsewhere: ['?lifecycle=elsewhere'],
    unsupported: ['?lifecycle=unsupported'],
    failed: ['?lifecycle=failed'],
    empty: [''],
    list: [week],
    offline: [`${week}&connected=no`],
    search: [week, (page) => page.fill('input[type=search]', 'ich')],
    conversation: [week, open('c-ines')],
    group: [week, open('c-climbers')],
    room: [week, open('c-news')],
    mention: [
        week,
        after(open('c-climbers'), (page) => page.locator('textarea').pressSequentially('Und @'))
    ],
    alarm_rules: [week, after(alarmed('rules_broken'), open('c-tom'))],
    alarm_moved: [week, after(alarmed('handle_moved'), dialog('contact', 'tom'))],
    alarm_forked: [week, after(alarmed('record_forked'), dialog('contact', 'tom'))],
    waiting: [week, open('c-oskar')],
    message_menu: [
        week,
        after(open('c-ines'), (page) =>
            page.locator('.bubble', { hasText: 'example.org' }).click({ button: 'right' })
        )
    ],
    reply: [
        week,
        after(
            open('c-ines'),
            (page) => page.waitForSelector('article .bubble'),
            (page) =>
                page.evaluate(async () => {
                    const row = [...document.querySelectorAll('article .bubble')].at(-1)
                    row.dispatchEvent(
                        new MouseEvent('contextmenu', { bubbles: true, clientX: 90, clientY: 90 })
                    )
                }),
            press('[role=menuitem]')
        )
    ],
    place: [
        week,
        after(open('c-ines'), press('.composer .icon-button'), press('.choice >> nth=-1'))
    ],
    attach: [week, after(open('c-ines'), press('.composer .icon-button'))],
    expire: [week, after(open('c-ines'), press('.chip'))],
    burn: [week, after(open('c-ines'), press('.chip >> nth=1'))],
    new: [week, dialog('new')],
    share: [week, dialog('share')],
    scan: [week, after(dialog('scan'), (page) => page.waitForSelector('dialog select'))],
    scan_refused: [
        week,
        after(
            (page) =>
                page.evaluate(() => {
                    const refusal = new DOMException('', 'NotAllowedError')
                    navigator.mediaDevices.getUserMedia = () => Promise.reject(refusal)
                }),
            dialog('scan'),
            (page) => page.waitForSelector('dialog [role=alert]')
        )
    ],
    requests: [week, dialog('requests')],
    new_group: [week, dialog('group')],
    members: [week, dialog('members', 'c-climbers')],
    group_link: [
        week,
        after(
            dialog('members', 'c-climbers'),
            press('dialog .wrap .button >> nth=1'),
            press('dialog form .button.main'),
            (page) => page.waitForSelector('dialog svg[role=img]')
        )
    ],
    group_settings: [
        week,
        after(dialog('members', 'c-climbers'), press('dialog .wrap .button >> nth=2'))
    ],
    contact: [week, dialog('contact', 'ines')],
    verify: [week, after(dialog('contact', 'tom'), press('dialog .body > .button'))],
    verify_differs: [
        week,
        after(
            dialog('contact', 'tom'),
            press('dialog .body > .button'),
            press('dialog footer .button'),
            choose_code(`mayfly-safety:1:${'1'.repeat(60)}`),
            (page) => page.waitForSelector('dialog svg[role=img]')
        )
    ],
    poll: [week, dialog('poll', 'c-ines')],
    card: [week, dialog('card', 'c-ines')],
    devices: [week, dialog('devices')],
    settings: [week, dialog('settings')],
    passphrase: [
        week,
        after(protected_by('passphrase'), dialog('passphrase'), async (page) => {
            await page.locator('dialog input[type=password]').nth(1).fill('kurz')
            await page.locator('dialog input[type=password]').nth(2).fill('kürzer')
        })
    ],
    duress: [week, after(protected_by('passphrase'), dialog('duress'))],
    erase: [week, after(dialog('settings'), press('dialog .button.bad'))],
    delete_account: [week, after(dialog('settings'), press('dialog .button.bad >> nth=1'))],
    toast: [
        week,
        (page) =>
            page
                .evaluate(() =>
                    window.engine.call('message', { id: 'x' }).catch(() => window.nav.dialog('new'))
                )
                .then(async () => {
                    await page.fill('dialog input', 'nobody@relay.example')
                    await page.locator('dialog .button.main').click()
                    await page.waitForSelector('dialog [role=alert]')
                })
    ]
}

const server = await serve(join(root, 'build', 'web-fake'), 'relay.example')
const browser = await browse({
    context: { reducedMotion: 'reduce' },
    media: ['--use-fake-device-for-media-stream=device-count=2', '--use-fake-ui-for-media-stream']
})
await browser.context.grantPermissions(['camera'], { origin: server.origin })
const settle_attempts = 10
const settle_ms = 400
mkdirSync(screens_folder, { recursive: true })
const baseline = new Baseline(
    join(import.meta.dirname, 'screens_baseline.json'),
    process.env.UPDATE_SCREENS === '1'
)
// Nothing on a picture tells when it was taken.
const taken_at = new Date('2026-06-20T18:30:00Z')
await browser.context.clock.setFixedTime(taken_at)
// Not of the interface: what a camera sees, a code, the hash of this build.
const masks = ['video', 'svg[role=img]', 'section[aria-labelledby=version] .mono']

// What reaches over the edge of the window where nothing cuts it off.
function outside() {
    const cut = (element) => {
        for (let one = element; one && one !== document.body; one = one.parentElement)
            if (getComputedStyle(one).overflowX !== 'visible') return true
        return false
    }
    return [...document.body.querySelectorAll('*')]
        .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
        .filter((one) => {
            const { left, right, width } = one.getBoundingClientRect()
            return width > 1 && (left < -1 || right > innerWidth + 1) && !cut(one)
        })
        .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}`)
}

async function visit(name, size, theme, language) {
    const [address, act] = screens[name]
    const page = browser.page
    browser.problems.length = 0
    await page.setViewportSize(sizes[size])
    await page.goto(`${server.origin}/icon.svg`)
    await page.evaluate(
        ([theme, language]) => {
            localStorage.setItem('mayfly.prefs', JSON.stringify({ theme, language }))
        },
        [theme, language === 'rtl' ? 'en' : language]
    )
    const turned = language === 'rtl' ? `${address === '' ? '?' : '&'}rtl=yes` : ''
    await page.goto(`${server.origin}/${address}${turned}`)
    await page.waitForSelector('h1, h2')
    if (act) await act(page, words[language])
    await page.waitForTimeout(180)
    const file = `${name}-${size}-${theme}-${language}.png`
    const differs = await settled_difference(page, file)
    const wide = await page.evaluate(outside)
    if (wide.length > 0) throw new Error(`${file}: wider than the window: ${wide.join('; ')}`)
    if (browser.problems.length > 0) throw new Error(`${file}: ${browser.problems.join('\n')}`)
    if (differs) throw new Error(`${file}: ${differs}`)
    // In a language that is none there is nothing to read.
    if (language === 'rtl') return
    const found = await barriers(page)
    if (found.length > 0) throw new Error(`${file}:\n  ${found.join('\n  ')}`)
}

// What is still on its way (a font, a code, a transition) gets a moment on a busy machine: the page
// must come to look as it did, not be quick about it.
async function settled_difference(page, file) {
    const mask = masks.map((selector) => page.locator(selector))
    let differs = ''
    for (let attempt = 0; attempt < settle_attempts; ++attempt) {
        if (attempt > 0) await page.waitForTimeout(settle_ms)
        const picture = await page.screenshot({ mask, animations: 'disabled' })
        writeFileSync(join(screens_folder, file), picture)
        differs = difference(file, picture)
        if (!differs) return ''
    }
    return differs
}

function difference(file, picture) {
    // The eight rounds of all are to look at; what is compared is what every run takes.
    if (process.env.ALL_SCREENS) return ''
    const found = baseline.compare(file.replace(/\.png$/, ''), picture)
    if (found === null) return ''
    if (found.picture) writeFileSync(join(screens_folder, `differs-${file}`), found.picture)
    return `${found.words}; look at build/web-screens/differs-${file}, then npm run screens:update`
}

// Each theme and language is seen at both sizes; all eight together only when asked for.
const rounds = process.env.ALL_SCREENS
    ? Object.keys(sizes).flatMap((size) =>
          ['light', 'dark'].flatMap((theme) => ['en', 'de'].map((one) => [size, theme, one]))
      )
    : [
          ['phone', 'light', 'de'],
          ['desktop', 'dark', 'en'],
          ['phone', 'light', 'rtl']
      ]

const tests = {}
for (const name of Object.keys(screens)) {
    tests[name] = async () => {
        for (const round of rounds) await visit(name, ...round)
    }
}
await run(tests, async () => baseline.save())
