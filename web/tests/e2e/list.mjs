// The list of messages, over the engine in memory: speed with 10,000 of them, keys, burning.
import { strict as assert } from 'node:assert'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { browse, root, run, screens_folder, serve, sizes } from './support.mjs'

const server = await serve(join(root, 'build', 'web-fake'), 'relay.example')
const browser = await browse()
const { page } = browser
const figures = {}
const frames = 180
mkdirSync(screens_folder, { recursive: true })

async function begin(query) {
    await page.goto(`${server.origin}/${query}`)
    await page.waitForSelector('.conversation-row')
}

const feed = '[role=feed]'
const said = (text) => page.locator('article', { hasText: text })

const tests = {
    async ten_thousand_messages_are_there_in_a_moment() {
        await begin('?crowd=10000')
        const start = Date.now()
        await page.evaluate(() => window.nav.open('c-ines'))
        await said('Nachricht 9999').waitFor()
        figures.open_ms = Date.now() - start
        await page.waitForFunction(() => window.app.session.thread('c-ines').loaded)
        const rows = await page.locator('article').count()
        assert.ok(rows < 120, `${rows} rows are in the page`)
        const end = await page.$eval(
            feed,
            (one) => one.scrollHeight - one.scrollTop - one.clientHeight
        )
        assert.ok(end < 4, `${end} px from the end`)
    },
    async they_scroll_at_the_speed_of_the_screen() {
        // In time of the processor: other programs run on the machine of the tests.
        const session = await page.context().newCDPSession(page)
        await session.send('Performance.enable', { timeDomain: 'threadTicks' })
        const worked = async () => {
            const { metrics } = await session.send('Performance.getMetrics')
            const names = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration']
            return metrics
                .filter((metric) => names.includes(metric.name))
                .reduce((sum, metric) => sum + 1000 * metric.value, 0)
        }
        const before = await worked()
        await page.evaluate(async (frames) => {
            const feed = document.querySelector('[role=feed]')
            for (let i = 0; i < frames; i++) {
                feed.scrollTop -= 130
                await new Promise((next) => requestAnimationFrame(next))
            }
        }, frames)
        figures.frame_ms = Math.round((((await worked()) - before) / frames) * 100) / 100
        await session.detach()
        assert.ok(figures.frame_ms < 8, `a frame takes ${figures.frame_ms} of 16.7 ms`)
        const shown = await page.locator('article').first().innerText()
        assert.match(shown, /Nachricht/)
        await page.getByRole('button', { name: 'To the newest message' }).click()
        await said('Nachricht 9999').waitFor()
    },
    async memory_stays_within_bounds() {
        const session = await page.context().newCDPSession(page)
        await session.send('HeapProfiler.collectGarbage')
        const { usedSize } = await session.send('Runtime.getHeapUsage')
        await session.detach()
        figures.heap_mb = Math.round(usedSize / 1e6)
        assert.ok(usedSize < 60e6, `${usedSize} bytes`)
    },
    async what_arrives_is_followed_at_the_end_and_not_elsewhere() {
        await page.evaluate(() =>
            window.world.arrive(window.world.conversations[0], 'ines', 'neu hier')
        )
        await said('neu hier').waitFor()
        await page.$eval(feed, (one) => (one.scrollTop -= 3000))
        await page.waitForTimeout(300)
        const before = await page.$eval(feed, (one) => one.scrollTop)
        await page.evaluate(() =>
            window.world.arrive(window.world.conversations[0], 'ines', 'noch eine')
        )
        await page.waitForTimeout(300)
        const after = await page.$eval(feed, (one) => one.scrollTop)
        assert.ok(Math.abs(after - before) < 2, `moved by ${after - before}`)
        await page.getByRole('button', { name: 'To the newest message' }).click()
    },
    async keys_go_from_message_to_message() {
        await page.locator('article[tabindex="0"]').focus()
        const text = () => page.evaluate(() => document.activeElement.innerText)
        await page.keyboard.press('ArrowUp')
        const first = await text()
        await page.keyboard.press('ArrowUp')
        const second = await text()
        assert.notEqual(first, second)
        await page.keyboard.press('Home')
        await page.waitForTimeout(100)
        assert.match(await text(), /Nachricht 0 /)
        await page.keyboard.press('End')
        await page.waitForTimeout(100)
        assert.match(await text(), /noch eine/)
        await page.keyboard.press('Enter')
        await page.getByRole('menuitem', { name: 'Reply' }).waitFor()
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('Escape')
        assert.match(await text(), /noch eine/)
    },
    async what_one_writes_is_followed_from_anywhere() {
        await page.$eval(feed, (one) => (one.scrollTop -= 3000))
        await page.waitForTimeout(300)
        await page.locator('textarea').fill('von mir')
        await page.keyboard.press('Enter')
        await said('von mir').waitFor()
    },
    async a_message_that_ends_burns_away() {
        await begin('?scene=week')
        await page.evaluate(() => window.nav.open('c-ines'))
        await said('Bis gleich!').waitFor()
        await page.evaluate(() => {
            const one = window.world.messages.find((message) => message.text === 'Bis gleich!')
            window.world.end(one.id)
        })
        await page.waitForTimeout(330)
        const path = join(screens_folder, 'burning.png')
        await page.screenshot({ path })
        await said('Bis gleich!').waitFor({ state: 'detached' })
    },
    async what_is_found_is_shown_in_its_place() {
        await page.fill('input[type=search]', 'thermoskanne')
        assert.equal(await page.locator('nav .text').count(), 0)
        await page.fill('input[type=search]', 'aufnahmen jahr')
        await page.locator('nav li .item').first().click()
        await page.locator('article.flash').waitFor()
    },
    async going_back_closes_one_thing_after_the_other() {
        await begin('?scene=week')
        await page.evaluate(() => window.nav.open('c-ines'))
        await page.evaluate(() => window.nav.dialog('contact', 'ines'))
        await page.locator('dialog').waitFor()
        await page.goBack()
        await page.locator('dialog').waitFor({ state: 'detached' })
        await page.locator('textarea').waitFor()
        // A browser may close a dialog without asking the page.
        await page.evaluate(() => window.nav.dialog('contact', 'ines'))
        await page.locator('dialog').evaluate((one) => one.close())
        await page.locator('dialog').waitFor({ state: 'detached' })
        await page.waitForFunction(() => history.state.depth === 1)
        // Pressed twice, Escape closes what it was pressed for and nothing below.
        await page.evaluate(() => window.nav.dialog('contact', 'ines'))
        await page.locator('dialog').waitFor()
        await page.keyboard.press('Escape')
        await page.keyboard.press('Escape')
        await page.locator('dialog').waitFor({ state: 'detached' })
        await page.waitForTimeout(200)
        assert.equal(await page.locator('textarea').count(), 1)
        await page.goBack()
        await page.locator('textarea').waitFor({ state: 'detached' })
        assert.equal(new URL(page.url()).hash, '')
    },
    async the_focus_stays_with_what_is_on_the_screen() {
        const focused = (selector) =>
            page.waitForFunction((selector) => document.activeElement.matches(selector), selector)
        await begin('?scene=week')
        await page.setViewportSize(sizes.phone)
        const row = page.locator('.conversation-row', {
            has: page.locator('strong', { hasText: 'Tom' })
        })
        await row.click()
        await page.getByRole('button', { name: 'Back' }).click()
        await focused('.conversation-row')
        assert.equal(await row.evaluate((one) => one === document.activeElement), true)
        await page.setViewportSize(sizes.desktop)
        await page.goto(`${server.origin}/?lifecycle=empty`)
        await page.getByRole('button', { name: 'Begin' }).click()
        await focused('input')
        await page.getByRole('button', { name: 'Back' }).click()
        await focused('h1')
    },
    async everything_can_be_sent_from_the_composer() {
        await begin('?scene=week')
        await page.evaluate(() => window.nav.open('c-tom'))
        await page.getByRole('button', { name: 'Attach' }).click()
        await page.getByRole('menuitem', { name: 'Poll' }).click()
        await page.getByLabel('Question').fill('Wann?')
        await page.getByLabel('Answer 1').fill('Heute')
        await page.getByLabel('Answer 2').fill('Morgen')
        await page.getByRole('button', { name: 'Send', exact: true }).last().click()
        await page.getByRole('button', { name: 'Morgen' }).click()
        await page.getByText('1 vote', { exact: false }).first().waitFor()
        await page
            .locator('input[type=file]')
            .first()
            .setInputFiles({
                name: 'notiz.txt',
                mimeType: 'text/plain',
                buffer: Buffer.from('hallo')
            })
        await said('notiz.txt').waitFor()
        await page.getByRole('button', { name: 'Record a voice memo' }).click()
        await page.waitForTimeout(900)
        await page.getByRole('button', { name: 'Send', exact: true }).click()
        await page.getByRole('button', { name: 'Play' }).waitFor()
        await page.locator('textarea').fill('kommt gleich')
        await page.keyboard.press('Enter')
        await said('kommt gleich').waitFor()
    },
    async a_reaction_is_given_and_taken_back() {
        const bubble = said('kommt gleich')
        await bubble.locator('.bubble').click({ button: 'right' })
        await page.getByRole('menuitemcheckbox', { name: '🔥' }).click()
        await bubble.locator('.reactions button').click()
        await bubble.locator('.reactions').waitFor({ state: 'detached' })
    },
    async a_refused_or_missing_camera_is_said() {
        const ui = '--use-fake-ui-for-media-stream'
        const device = '--use-fake-device-for-media-stream'
        for (const [media, text] of [
            [[`${ui}=deny`, device], 'The camera was refused.'],
            [[ui], 'There is no camera here.']
        ]) {
            const other = await browse({ media })
            await other.page.goto(`${server.origin}/?scene=week`)
            await other.page.waitForSelector('.conversation-row')
            await other.page.evaluate(() => window.nav.dialog('scan'))
            await other.page.locator('dialog').getByText(text).waitFor()
            await other.page.getByRole('button', { name: 'Choose a picture' }).waitFor()
            assert.deepEqual(other.problems, [])
            await other.end()
        }
    },
    async no_error_was_on_the_console() {
        assert.deepEqual(browser.problems, [])
    }
}

await run(tests, async () => {
    console.log(JSON.stringify(figures))
    await browser.end()
    server.close()
})
