import { expect, test, vi } from 'vitest'
import type { Conversation, Message } from '../../src/api/types'
import { rows_of, unread_of } from '../../src/chat/rows'
import { is_worth_telling } from '../../src/state/notify'
import { burn_ms, Thread } from '../../src/state/thread.svelte'

function message(id: string, sent_at: number, more: Partial<Message> = {}): Message {
    return {
        id,
        conversation: 'c',
        sender: 'a',
        handle: '',
        text: id,
        sent_at,
        expires_at: sent_at + 1000,
        burn_seconds: 0,
        state: 'opened',
        content: 'text',
        verified: false,
        ...more
    }
}

test('messages_stand_in_order_and_once', () => {
    const thread = new Thread()
    thread.put([message('b', 2), message('c', 3)])
    thread.put([message('a', 1), message('b', 2, { text: 'new' })])
    expect(thread.messages.map((one) => one.id)).toEqual(['a', 'b', 'c'])
    expect(thread.find('b')?.text).toBe('new')
    expect(thread.last?.id).toBe('c')
    expect(thread.next_end).toBe(1001)
})

test('unread_are_those_that_nobody_opened', () => {
    const thread = new Thread()
    thread.put([message('a', 1, { state: 'received' }), message('b', 2, { state: 'sent' })])
    expect(thread.unread).toBe(1)
})

test('what_ends_burns_where_it_is_seen_and_goes_at_once_elsewhere', () => {
    vi.useFakeTimers()
    const thread = new Thread()
    thread.put([message('a', 1), message('b', 2)])
    thread.end(['a'], false)
    expect(thread.messages.map((one) => one.id)).toEqual(['b'])
    thread.end(['b'], true)
    expect(thread.leaving.has('b')).toBe(true)
    vi.advanceTimersByTime(burn_ms)
    expect(thread.messages).toEqual([])
    expect(thread.leaving.size).toBe(0)
    vi.useRealTimers()
})

test('rows_have_days_and_belong_together', () => {
    const day = 86_400_000
    const list = [
        message('a', day),
        message('b', day + 1000),
        message('c', day + 2000, { sender: 'z' }),
        message('d', 3 * day)
    ]
    const rows = rows_of(list, { from: 'c', count: 1 })
    expect(rows.map((row) => row.kind)).toEqual([
        'day',
        'message',
        'message',
        'unread',
        'message',
        'day',
        'message'
    ])
    const first = rows[1]
    expect(first?.kind === 'message' && first.first && !first.last).toBe(true)
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length)
})

test('what_is_new_is_what_others_wrote_and_nobody_read', () => {
    const list = [
        message('a', 1),
        message('b', 2, { state: 'received' }),
        message('c', 3, { state: 'sent' }),
        message('d', 4, { state: 'received' })
    ]
    expect(unread_of(list)).toEqual({ from: 'b', count: 2 })
    const answered = [...list, message('e', 5, { state: 'queued' })]
    expect(rows_of(answered, unread_of(list))).toContainEqual({
        kind: 'unread',
        key: 'unread',
        count: 2
    })
    expect(unread_of([message('a', 1)])).toBe(null)
})

test('nobody_is_told_of_what_is_theirs_muted_or_about_to_end', () => {
    const fresh = message('a', 0, { state: 'received', expires_at: 60_000 })
    expect(is_worth_telling(fresh, undefined, false, 0)).toBe(true)
    expect(is_worth_telling(fresh, undefined, true, 0)).toBe(false)
    expect(is_worth_telling(fresh, undefined, false, 55_000)).toBe(false)
    expect(is_worth_telling({ ...fresh, state: 'opened' }, undefined, false, 0)).toBe(false)
    const muted = { muted_until: 1000 } as Conversation
    expect(is_worth_telling(fresh, muted, false, 999)).toBe(false)
    expect(is_worth_telling(fresh, muted, false, 1001)).toBe(true)
})
