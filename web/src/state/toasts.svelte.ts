// Short notes at the edge of the screen, also read aloud; errors among them as sentences.
import { EngineError } from '../engine/error'
import { error_text } from '../i18n/i18n.svelte'

const shown_ms = 6000

interface Toast {
    id: number
    text: string
    bad: boolean
}

export function code_of(error: unknown): string {
    if (error instanceof EngineError) return error.code
    const code = (error as { code?: unknown } | null)?.code
    return typeof code === 'string' ? code : 'internal'
}

class Toasts {
    list = $state<Toast[]>([])
    private next = 1

    say(text: string, bad = false): void {
        const id = this.next++
        this.list = [
            ...this.list.filter((toast) => toast.text !== text).slice(-2),
            { id, text, bad }
        ]
        setTimeout(() => this.drop(id), shown_ms)
    }

    failed(error: unknown): void {
        this.say(error_text(code_of(error)), true)
    }

    drop(id: number): void {
        this.list = this.list.filter((toast) => toast.id !== id)
    }

    // Runs something that a person has asked for; false if it failed, which is said.
    async attempt(action: () => Promise<unknown>): Promise<boolean> {
        try {
            await action()
            return true
        } catch (error) {
            this.failed(error)
            return false
        }
    }
}

export const toasts = new Toasts()
