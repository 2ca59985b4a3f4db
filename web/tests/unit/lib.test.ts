import { expect, test } from 'vitest'
import {
    handle_from,
    hue_of,
    initials,
    is_handle_name,
    pasted,
    web_link
} from '../../src/lib/handle'
import { Heights } from '../../src/lib/heights'
import { blocks_of, inlines_of, is_few_emoji, plain_of } from '../../src/lib/markdown'
import { day, exact_span, hour, minute, second, span_of } from '../../src/lib/time'

test('a_name_becomes_a_handle', () => {
    expect(handle_from('Anna Müller')).toBe('anna.mueller')
    expect(handle_from('  José Nuñez ')).toBe('jose.nunez')
    expect(handle_from('山田')).toBe('')
    expect(is_handle_name(handle_from('Li'))).toBe(false)
    expect(is_handle_name('a'.repeat(33))).toBe(false)
})

test('links_are_found_in_what_was_pasted', () => {
    expect(pasted(' mayfly:AWjX_9-k ')).toEqual({ kind: 'contact', value: 'mayfly:AWjX_9-k' })
    const opened = pasted('https://relay.example/#mayfly-group:QUJD')
    expect(opened).toEqual({ kind: 'group', value: 'mayfly-group:QUJD' })
    expect(pasted('mayfly-device:AUBE').kind).toBe('device')
    expect(pasted('bob@127.0.0.1:7333#com4').kind).toBe('handle')
    expect(pasted('hello').kind).toBe('nothing')
})

test('a_link_opens_in_a_browser_only_where_it_is_served_over_the_web', () => {
    expect(web_link('mayfly:A', 'https://r.example/')).toBe('https://r.example/#mayfly:A')
    expect(web_link('mayfly:A', 'http://localhost:7333/')).toBe('mayfly:A')
})

test('initials_and_colours_are_stable', () => {
    expect(initials('Inês Ribeiro Costa')).toBe('IR')
    expect(initials('')).toBe('')
    expect(hue_of('abc')).toBe(hue_of('abc'))
    expect(hue_of('abc')).toBeLessThan(360)
})

test('spans_never_read_as_nothing_while_they_last', () => {
    expect(span_of(1)).toEqual({ value: 1, unit: 's' })
    expect(span_of(90 * second)).toEqual({ value: 90, unit: 's' })
    expect(span_of(10 * minute)).toEqual({ value: 10, unit: 'min' })
    expect(span_of(6 * day - 1)).toEqual({ value: 6, unit: 'd' })
    expect(span_of(23 * hour)).toEqual({ value: 23, unit: 'h' })
    expect(exact_span(518400)).toEqual({ value: 6, unit: 'd' })
    expect(exact_span(90)).toEqual({ value: 90, unit: 's' })
})

test('markdown_gives_pieces_and_no_html', () => {
    expect(inlines_of('**a** _b_ `c` 2*3*4')).toEqual([
        { kind: 'strong', text: 'a' },
        { kind: 'text', text: ' ' },
        { kind: 'em', text: 'b' },
        { kind: 'text', text: ' ' },
        { kind: 'code', text: 'c' },
        { kind: 'text', text: ' 2*3*4' }
    ])
    expect(inlines_of('<img src=x onerror=alert(1)>')).toHaveLength(1)
    expect(inlines_of('[x](javascript:alert(1))').every((one) => one.kind === 'text')).toBe(true)
    expect(inlines_of('see https://b.example/a. Yes')[1]).toEqual({
        kind: 'link',
        text: 'https://b.example/a',
        href: 'https://b.example/a'
    })
    const kinds = blocks_of('> q\n- a\n1. b\n```\nx **y**\n```\nend').map((one) => one.kind)
    expect(kinds).toEqual(['quote', 'item', 'item', 'code', 'text'])
    expect(plain_of('**a** [b](https://c)')).toBe('a b')
})

test('hostile_markdown_takes_little_time', () => {
    const start = performance.now()
    for (const part of ['*', '**', '[', '```\n', '```x\n', '_a', 'http://', '[a](', '> ']) {
        const blocks = blocks_of(part.repeat(Math.floor(65536 / part.length)))
        const pieces = blocks.reduce(
            (sum, one) => sum + ('inlines' in one ? one.inlines.length : 1),
            0
        )
        expect(pieces, part).toBeLessThan(120_000)
    }
    expect(performance.now() - start).toBeLessThan(3000)
})

test('few_emoji_are_large', () => {
    expect(is_few_emoji('🎉')).toBe(true)
    expect(is_few_emoji('👨‍👩‍👧 ❤️')).toBe(true)
    expect(is_few_emoji('hi 🎉')).toBe(false)
    expect(is_few_emoji('')).toBe(false)
    expect(is_few_emoji('12')).toBe(false)
})

test('heights_know_where_a_row_lies', () => {
    const heights = new Heights()
    heights.reset(['a', 'b', 'c', 'd'], () => 50)
    expect(heights.total).toBe(200)
    expect(heights.measured(1, 80)).toBe(30)
    expect(heights.offset(2)).toBe(130)
    expect(heights.at(129)).toBe(1)
    expect(heights.at(130)).toBe(2)
    expect(heights.at(9999)).toBe(3)
    heights.reset(['a', 'c'], () => 10)
    expect(heights.total).toBe(20)
    heights.reset(['b', 'c'], () => 10)
    expect(heights.offset(1)).toBe(80)
    expect(heights.window(0, 10, 0)).toEqual({ first: 0, last: 1 })
    heights.reset([], () => 10)
    expect(heights.window(0, 500, 100)).toEqual({ first: 0, last: 0 })
})

test('ten_thousand_rows_are_placed_in_a_moment', () => {
    const heights = new Heights()
    const keys = Array.from({ length: 10_000 }, (_, i) => `m${i}`)
    const start = performance.now()
    for (let i = 0; i < 100; i++) {
        heights.reset(keys, () => 60)
        heights.measured(5000, 60 + i)
        heights.window(300_000, 800, 700)
    }
    expect((performance.now() - start) / 100).toBeLessThan(8)
})
