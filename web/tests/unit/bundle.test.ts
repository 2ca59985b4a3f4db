import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { files_of, seal } from '../../tools/bundle_plugin.mjs'

const dist = new URL('../../dist/', import.meta.url).pathname
// What a phone on a slow line loads before Mayfly can be used, compressed: the engine has a budget
// of its own (tools/web_engine.sh).
const script_bytes_max = 90_000
const style_bytes_max = 9_000

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

test('a_bundle_says_what_it_is_made_of', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mayfly-bundle-'))
    writeFileSync(join(folder, 'index.html'), '<script type="module" src="./a.js"></script>')
    writeFileSync(join(folder, 'a.js'), 'export {}')
    const bundle = seal(folder)
    const html = readFileSync(join(folder, 'index.html'), 'utf8')
    const integrity = createHash('sha384').update('export {}').digest('base64')
    expect(html).toContain(`integrity="sha384-${integrity}"`)
    const worker = readFileSync(join(folder, 'service_worker.js'), 'utf8')
    const others = `${sha256('export {}')}  a.js\n${sha256(html)}  index.html\n`
    expect(bundle.total).toBe(sha256(`${others}${sha256(worker)}  service_worker.js\n`))
    expect(worker).toContain(sha256(others))
    expect(worker).toContain(sha256(html))
    const again = seal(folder)
    expect(again.total).toBe(bundle.total)
    rmSync(folder, { recursive: true })
})

test.skipIf(!existsSync(dist))('what_is_loaded_at_the_start_fits_the_budget', () => {
    const html = readFileSync(join(dist, 'index.html'), 'utf8')
    const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((one) => one[1])
    const size = (suffix: string) =>
        first
            .filter((path) => path?.endsWith(suffix))
            .map((path) => brotliCompressSync(readFileSync(join(dist, path as string))).length)
            .reduce((sum, bytes) => sum + bytes, 0)
    expect(size('.js')).toBeGreaterThan(0)
    expect(size('.js')).toBeLessThan(script_bytes_max)
    expect(size('.css')).toBeLessThan(style_bytes_max)
})

test.skipIf(!existsSync(dist))('nothing_is_loaded_from_elsewhere', () => {
    for (const path of files_of(dist).filter((one: string) => /\.(html|css)$/.test(one))) {
        expect(readFileSync(path, 'utf8'), path).not.toMatch(
            /(src|href)="https?:|url\(["']?https?:/
        )
        expect(readFileSync(path, 'utf8'), path).not.toMatch(
            /<script(?![^>]*\bsrc=)|style="|onclick=/
        )
    }
})
