// Draws public/icon-*.png from public/icon.svg, with Chromium: for the systems that take no SVG.
import { readFileSync, writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const folder = new URL('../public/', import.meta.url)
const svg = readFileSync(new URL('icon.svg', folder), 'utf8')
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox']
})
const page = await browser.newPage()
for (const size of [180, 192, 512]) {
    await page.setViewportSize({ width: size, height: size })
    // Square and full: the systems round corners themselves.
    const square = svg.replace('rx="28"', '').replace('<svg', `<svg width="${size}"`)
    await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${square}`)
    writeFileSync(new URL(`icon-${size}.png`, folder), await page.screenshot())
}
await browser.close()
