// The rows of a conversation: days, where the unread begin, and messages; those of one person in a
// row are drawn together.
import type { Message } from '../api/types'
import { minute, same_day } from '../lib/time'

export type Row =
    | { kind: 'day'; key: string; at: number }
    | { kind: 'unread'; key: string; count: number }
    | { kind: 'message'; key: string; message: Message; first: boolean; last: boolean }

const together_ms = 5 * minute

function belong(a: Message | undefined, b: Message | undefined): boolean {
    if (!a || !b || a.sender !== b.sender) return false
    if (a.content === 'settings' || b.content === 'settings') return false
    return b.sent_at - a.sent_at < together_ms && same_day(a.sent_at, b.sent_at)
}

// Where those begin that nobody has read yet, and how many they are.
export function unread_of(messages: Message[]): { from: string; count: number } | null {
    const unread = messages.filter((message) => message.state === 'received')
    return unread[0] ? { from: unread[0].id, count: unread.length } : null
}

export function rows_of(messages: Message[], unread: ReturnType<typeof unread_of>): Row[] {
    const rows: Row[] = []
    for (let i = 0; i < messages.length; i++) {
        const message = messages[i] as Message
        const before = messages[i - 1]
        if (!before || !same_day(before.sent_at, message.sent_at))
            rows.push({ kind: 'day', key: `day ${message.sent_at}`, at: message.sent_at })
        const mark = message.id === unread?.from
        if (mark) rows.push({ kind: 'unread', key: 'unread', count: unread.count })
        rows.push({
            kind: 'message',
            key: message.id,
            message,
            first: mark || !belong(before, message),
            last: !belong(message, messages[i + 1])
        })
    }
    return rows
}

// A guess of what a row takes, until it has been measured.
export function guess_of(row: Row): number {
    if (row.kind !== 'message') return 44
    const message = row.message
    const extra = message.poll ? 150 : message.file || message.location ? 110 : 0
    return 38 + 20 * Math.ceil((message.text.length || 1) / 44) + extra + (row.first ? 8 : 0)
}

// What a message says in one line: of a list, a quote, or read aloud.
export function kind_of(message: Message): string {
    if (message.needs_newer || message.content === 'unknown') return 'unknown'
    if (message.poll) return 'poll'
    if (message.location) return 'location'
    if (message.card) return 'card'
    if (message.settings) return 'settings'
    if (message.content === 'screenshot') return 'screenshot'
    if (message.file) {
        if (message.file.duration_ms) return 'voice'
        return message.file.type.startsWith('image/') ? 'photo' : 'file'
    }
    return 'text'
}

export function is_hidden(message: Message): boolean {
    return message.state === 'received' && message.burn_seconds > 0
}
