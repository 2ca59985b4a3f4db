// The subset of docs/spec/content.md section 10, as a list of pieces that components draw as
// elements: no HTML is ever made of what somebody wrote.

export type Inline =
    | { kind: 'text' | 'em' | 'strong' | 'code'; text: string }
    | { kind: 'link'; text: string; href: string }

export type Block =
    | { kind: 'text' | 'quote'; inlines: Inline[] }
    | { kind: 'item'; mark: string; inlines: Inline[] }
    | { kind: 'code'; text: string }

const pieces_max = 2000

const inline_forms = new RegExp(
    [
        '`([^`\\n]+)`',
        '\\[([^\\]\\n]{1,500})\\]\\((https?:\\/\\/[^\\s)]{1,2000})\\)',
        '(https?:\\/\\/[^\\s<>"]{1,2000})',
        '(?<![\\p{L}\\p{N}*])\\*\\*(?=\\S)([^*\\n]{1,2000}?)(?<=\\S)\\*\\*(?![\\p{L}\\p{N}*])',
        '(?<![\\p{L}\\p{N}_])__(?=\\S)([^_\\n]{1,2000}?)(?<=\\S)__(?![\\p{L}\\p{N}_])',
        '(?<![\\p{L}\\p{N}*])\\*(?=\\S)([^*\\n]{1,2000}?)(?<=\\S)\\*(?![\\p{L}\\p{N}*])',
        '(?<![\\p{L}\\p{N}_])_(?=\\S)([^_\\n]{1,2000}?)(?<=\\S)_(?![\\p{L}\\p{N}_])'
    ].join('|'),
    'gu'
)

function piece_of(match: RegExpMatchArray): Inline {
    const [whole, code, label, target, bare, strong, strong_too, em, em_too] = match
    if (code !== undefined) return { kind: 'code', text: code }
    if (target !== undefined) return { kind: 'link', text: label ?? target, href: target }
    if (bare !== undefined) return { kind: 'link', text: bare, href: bare }
    const heavy = strong ?? strong_too
    if (heavy !== undefined) return { kind: 'strong', text: heavy }
    return { kind: 'em', text: em ?? em_too ?? whole }
}

// A full stop after an address belongs to the sentence.
function without_tail(match: RegExpMatchArray): number {
    if (match[4] === undefined) return match[0].length
    return match[0].replace(/[.,;:!?)\]'"]+$/, '').length
}

export function inlines_of(text: string, budget = pieces_max): Inline[] {
    const inlines: Inline[] = []
    let at = 0
    const add_text = (end: number) => {
        if (end > at) inlines.push({ kind: 'text', text: text.slice(at, end) })
    }
    for (const match of text.matchAll(inline_forms)) {
        if (inlines.length + 2 >= budget) break
        add_text(match.index)
        const length = without_tail(match)
        if (match[4] !== undefined) match[4] = match[4].slice(0, length)
        inlines.push(piece_of(match))
        at = match.index + length
    }
    add_text(text.length)
    return inlines
}

export function blocks_of(text: string): Block[] {
    const blocks: Block[] = []
    const lines = text.split('\n')
    const last_fence = lines.lastIndexOf('```')
    let plain: string[] = []
    let budget = pieces_max
    const inlines = (part: string) => {
        const found = inlines_of(part, Math.max(3, budget))
        budget -= found.length
        return found
    }
    const end_plain = () => {
        if (plain.length > 0) blocks.push({ kind: 'text', inlines: inlines(plain.join('\n')) })
        plain = []
    }
    for (let i = 0; i < lines.length; i++) {
        const line = lines[i] ?? ''
        const item = /^(- |\* |\d{1,3}\. )(.*)$/.exec(line)
        const fence = line.startsWith('```') && i < last_fence
        const end = fence ? lines.indexOf('```', i + 1) : -1
        if (end > i) {
            end_plain()
            blocks.push({ kind: 'code', text: lines.slice(i + 1, end).join('\n') })
            i = end
        } else if (line.startsWith('>')) {
            end_plain()
            blocks.push({ kind: 'quote', inlines: inlines(line.replace(/^> ?/, '')) })
        } else if (item) {
            end_plain()
            const mark = /\d/.test(item[1] ?? '') ? (item[1] ?? '').trim() : '•'
            blocks.push({ kind: 'item', mark, inlines: inlines(item[2] ?? '') })
        } else plain.push(line)
    }
    end_plain()
    return blocks
}

export function plain_of(text: string): string {
    return blocks_of(text)
        .map((block) =>
            block.kind === 'code' ? block.text : block.inlines.map((part) => part.text).join('')
        )
        .join(' ')
}

// One to three emoji alone are shown large.
const few_emoji = new RegExp('^(?:\\p{RGI_Emoji}\\s*){1,3}$', 'v')

export function is_few_emoji(text: string): boolean {
    return text.length <= 60 && few_emoji.test(text.trim())
}
