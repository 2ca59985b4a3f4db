// The messages of one conversation, oldest first.
import { SvelteSet } from 'svelte/reactivity'
import type { Message } from '../api/types'

// How long a message takes to burn away on the screen.
export const burn_ms = 900

function order(a: Message, b: Message): number {
    return a.sent_at - b.sent_at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

export class Thread {
    messages = $state.raw<Message[]>([])
    loaded = $state(false)
    // Those that are burning away on the screen just now.
    leaving = new SvelteSet<string>()
    typing = $state.raw<string[]>([])
    // Counts what is written here: who writes looks at the end.
    written = $state(0)

    last = $derived(this.messages.at(-1))
    unread: number = $derived(this.messages.filter((m) => m.state === 'received').length)
    next_end: number = $derived(
        this.messages.reduce((least, message) => Math.min(least, message.expires_at), Infinity)
    )

    find(id: string): Message | undefined {
        return this.messages.find((message) => message.id === id)
    }

    put(fresh: Message[]): void {
        if (fresh.length === 0) return
        const by_id = new Map(fresh.map((message) => [message.id, message]))
        const kept = this.messages.map((old) => {
            const update = by_id.get(old.id)
            if (!update) return old
            by_id.delete(old.id)
            return update
        })
        const added = [...by_id.values()]
        const end = kept.at(-1)
        kept.push(...added.sort(order))
        const first = added[0]
        if (end && first && order(end, first) > 0) kept.sort(order)
        this.messages = kept
    }

    // Takes them off the screen: burning, where somebody looks.
    end(ids: string[], seen: boolean): void {
        const ending = ids.filter((id) => !this.leaving.has(id) && this.find(id))
        if (ending.length === 0) return
        if (!seen) return this.drop(ending)
        for (const id of ending) this.leaving.add(id)
        setTimeout(() => this.drop(ending), burn_ms)
    }

    private drop(ids: string[]): void {
        const gone = new Set(ids)
        this.messages = this.messages.filter((message) => !gone.has(message.id))
        for (const id of ids) this.leaving.delete(id)
    }
}
