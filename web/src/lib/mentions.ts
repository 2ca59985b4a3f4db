// Who is named in a text, as the core found it (docs/spec/content.md section 6), and whom somebody
// may be about to name.
import type { Mention } from '../api/types'
import { blocks_of, type Block, type Inline } from './markdown'

export type Piece = Inline | { kind: 'mention'; text: string; account: string }
export type MentionBlock =
    | { kind: 'text' | 'quote'; inlines: Piece[] }
    | { kind: 'item'; mark: string; inlines: Piece[] }
    | { kind: 'code'; text: string }

// Stand around a mention's number while Markdown is read; no text has them (Unicode's
// noncharacters), and what has them anyway gets the replacement character.
const left = '\ufdd0'
const right = '\ufdd1'
const marks = /\ufdd0(\d{1,3})\ufdd1/g

// The core counts in bytes of UTF-8, a page in UTF-16.
function places_of(text: string, mentions: readonly Mention[]): [number, number][] {
    const ends = mentions.flatMap((one) => [one.start, one.start + one.length])
    const found: number[] = []
    let bytes = 0
    let at = 0
    for (const letter of text) {
        while (found.length < ends.length && bytes >= (ends[found.length] ?? 0)) found.push(at)
        const code = letter.codePointAt(0) ?? 0
        bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
        at += letter.length
    }
    while (found.length < ends.length) found.push(text.length)
    return mentions.map((_, i) => [found[2 * i] ?? 0, found[2 * i + 1] ?? 0])
}

function pieces_of(inline: Inline, names: string[], mentions: readonly Mention[]): Piece[] {
    const restored = (text: string) => text.replace(marks, (_, i) => names[Number(i)] ?? '')
    if (inline.kind === 'code') return [{ ...inline, text: restored(inline.text) }]
    if (inline.kind === 'link')
        return [{ ...inline, text: restored(inline.text), href: restored(inline.href) }]
    const pieces: Piece[] = []
    let at = 0
    for (const match of inline.text.matchAll(marks)) {
        const i = Number(match[1])
        if (match.index > at) pieces.push({ ...inline, text: inline.text.slice(at, match.index) })
        const account = mentions[i]?.account
        if (account) pieces.push({ kind: 'mention', text: names[i] ?? '', account })
        at = match.index + match[0].length
    }
    if (at < inline.text.length) pieces.push({ ...inline, text: inline.text.slice(at) })
    return pieces
}

export function blocks_with(text: string, mentions: readonly Mention[]): MentionBlock[] {
    if (mentions.length === 0) return blocks_of(text)
    const plain = text.replace(/[\ufdd0\ufdd1]/g, '\ufffd')
    const names: string[] = []
    let marked = ''
    let at = 0
    for (const [start, end] of places_of(plain, mentions)) {
        marked += `${plain.slice(at, start)}${left}${names.length}${right}`
        names.push(plain.slice(start, end))
        at = end
    }
    marked += plain.slice(at)
    return blocks_of(marked).map((block: Block): MentionBlock => {
        if (block.kind === 'code') {
            const restored = block.text.replace(marks, (_, i) => names[Number(i)] ?? '')
            return { ...block, text: restored }
        }
        const inlines = block.inlines.flatMap((one) => pieces_of(one, names, mentions))
        return { ...block, inlines }
    })
}

// --- while somebody writes

export interface Person {
    account: string
    name: string
    // What stands behind the @: the core knows people by their handle's name, or by a display name
    // of one plain word.
    word: string
}

const word_only = /^[A-Za-z0-9._-]+$/
const begun = /(?:^|[^A-Za-z0-9._-])@([A-Za-z0-9._-]*)$/
const choices_max = 6

export function word_of(name: string, handle: string): string {
    const short = handle.split('@')[0] ?? ''
    if (short !== '') return short
    return word_only.test(name) ? name : ''
}

// What is being written at the caret, from behind the @ on; null: no mention.
export function begun_at(text: string, caret: number): string | null {
    return begun.exec(text.slice(0, caret))?.[1] ?? null
}

export function choices_for(typed: string, people: readonly Person[]): Person[] {
    const wanted = typed.toLowerCase()
    const fits = (one: Person) =>
        one.word !== '' &&
        (one.word.toLowerCase().startsWith(wanted) ||
            one.name.toLowerCase().split(/\s+/).some((part) => part.startsWith(wanted)))
    return people.filter(fits).slice(0, choices_max)
}

export function completed(
    text: string,
    caret: number,
    word: string
): { text: string; caret: number } {
    const typed = begun_at(text, caret) ?? ''
    const before = `${text.slice(0, caret - typed.length)}${word} `
    return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length }
}
