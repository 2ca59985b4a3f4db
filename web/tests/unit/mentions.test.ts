import { expect, test } from 'vitest'
import {
    begun_at,
    blocks_with,
    choices_for,
    completed,
    word_of,
    type Piece
} from '../../src/lib/mentions'

const encoder = new TextEncoder()
const mention = (text: string, part: string, account: string) => ({
    start: encoder.encode(text.slice(0, text.indexOf(part))).length,
    length: encoder.encode(part).length,
    account
})
const pieces = (text: string, ...named: [string, string][]) =>
    blocks_with(
        text,
        named.map(([part, account]) => mention(text, part, account))
    ).flatMap((block): Piece[] =>
        block.kind === 'code' ? [{ kind: 'code', text: block.text }] : block.inlines
    )

test('a_mention_is_a_piece_of_its_own_wherever_it_stands', () => {
    expect(pieces('hi @ben!', ['@ben', 'B'])).toEqual([
        { kind: 'text', text: 'hi ' },
        { kind: 'mention', text: '@ben', account: 'B' },
        { kind: 'text', text: '!' }
    ])
    // Counted in bytes: two for ü, four for the mayfly.
    expect(pieces('grüße 🪰 @ben und @ida', ['@ben', 'B'], ['@ida', 'I'])[3]).toEqual({
        kind: 'mention',
        text: '@ida',
        account: 'I'
    })
    expect(pieces('> **@ben** ja', ['@ben', 'B'])).toContainEqual({
        kind: 'mention',
        text: '@ben',
        account: 'B'
    })
    expect(pieces('- @ben', ['@ben', 'B'])).toHaveLength(1)
})

test('links_and_code_keep_what_was_written', () => {
    const url = 'https://a.example/@ben'
    expect(pieces(url, ['@ben', 'B'])).toEqual([{ kind: 'link', text: url, href: url }])
    expect(pieces('`@ben`', ['@ben', 'B'])).toEqual([{ kind: 'code', text: '@ben' }])
    expect(pieces('```\n@ben\n```', ['@ben', 'B'])).toEqual([{ kind: 'code', text: '@ben' }])
})

test('marks_that_somebody_wrote_name_nobody', () => {
    const text = '\ufdd00\ufdd1 @ben'
    const found = pieces(text, ['@ben', 'B'])
    expect(found.filter((one) => one.kind === 'mention')).toHaveLength(1)
    expect(found[0]).toEqual({ kind: 'text', text: '\ufffd0\ufffd ' })
    expect(pieces('\ufdd00\ufdd1')[0]?.kind).toBe('text')
})

test('mentions_outside_of_the_text_do_no_harm', () => {
    expect(() => blocks_with('x', [{ start: 90, length: 9, account: 'B' }])).not.toThrow()
    expect(() => blocks_with('ü', [{ start: 1, length: 1, account: 'B' }])).not.toThrow()
})

test('what_is_being_written_behind_an_at_is_found', () => {
    expect(begun_at('hi @be', 6)).toBe('be')
    expect(begun_at('@', 1)).toBe('')
    expect(begun_at('a@be', 4)).toBe(null)
    expect(begun_at('hi @be', 2)).toBe(null)
    expect(begun_at('@ben ', 5)).toBe(null)
    expect(completed('hi @be du', 6, 'ben')).toEqual({ text: 'hi @ben du', caret: 8 })
    expect(completed('@', 1, 'ben')).toEqual({ text: '@ben ', caret: 5 })
})

test('people_are_offered_by_handle_and_by_every_part_of_their_name', () => {
    const people = [
        { account: 'B', name: 'Ben Ali', word: 'benali' },
        { account: 'I', name: 'Ida', word: 'Ida' },
        { account: 'N', name: 'Nobody', word: '' }
    ]
    const found = (typed: string) => choices_for(typed, people).map((one) => one.account)
    expect(found('')).toEqual(['B', 'I'])
    expect(found('al')).toEqual(['B'])
    expect(found('IDA')).toEqual(['I'])
    expect(found('no')).toEqual([])
    expect(word_of('Ben Ali', 'ben@relay.example')).toBe('ben')
    expect(word_of('Ben Ali', '')).toBe('')
    expect(word_of('Ben', '')).toBe('Ben')
})
