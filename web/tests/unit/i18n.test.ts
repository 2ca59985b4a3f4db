import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { de } from '../../src/i18n/de'
import { en } from '../../src/i18n/en'
import { errors_de } from '../../src/i18n/errors_de'
import { errors_en } from '../../src/i18n/errors_en'

const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

test('both_languages_say_everything', () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort())
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
        expect(de[key].trim(), key).not.toBe('')
        expect(holes(de[key]), key).toEqual(holes(en[key]))
    }
})

test('plurals_come_in_pairs', () => {
    const keys = new Set(Object.keys(en))
    for (const key of keys) {
        if (key.endsWith('_one')) expect(keys).toContain(key.replace(/_one$/, '_other'))
    }
})

test('every_error_of_the_core_is_a_sentence_in_both_languages', () => {
    const header = readFileSync(new URL('../../../src/util/error.h', import.meta.url), 'utf8')
    const codes = [...header.matchAll(/^ +X\((\w+), "/gm)].map((match) => match[1] as string)
    expect(codes.length).toBeGreaterThan(80)
    for (const code of codes) {
        for (const errors of [errors_en, errors_de] as Record<string, string>[]) {
            expect(errors[code], code).toBeDefined()
            expect(errors[code], code).toMatch(/^\p{Lu}.{8,}\.$/u)
        }
    }
})

test('every_error_of_the_engine_is_a_sentence', () => {
    const folder = new URL('../../src/engine/', import.meta.url)
    const texts = ['core.ts', 'engine.ts', 'links.ts', 'opfs.ts', 'rpc.ts', 'worker.ts'].map(
        (name) => readFileSync(new URL(name, folder), 'utf8')
    )
    const codes = [...texts.join('').matchAll(/(?:EngineError\(\s*|code: )'([a-z_]+)'/g)].map(
        (match) => match[1] as string
    )
    expect(codes).toContain('engine_not_loaded')
    for (const code of codes) expect(Object.keys(errors_en), code).toContain(code)
})

test('no_text_is_too_long_to_read', () => {
    for (const text of [...Object.values(en), ...Object.values(de)])
        expect(text.length, text).toBeLessThan(200)
})
