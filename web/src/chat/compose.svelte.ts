// What is being written, in each conversation: it waits in memory while another is open.
import type { Message } from '../api/types'

export class Draft {
    text = $state('')
    reply_to = $state.raw<Message | null>(null)
    editing = $state.raw<Message | null>(null)
    // Seconds; null: what the conversation says.
    expire = $state<number | null>(null)
    burn = $state<number | null>(null)
    // What the core keeps of it; null: not asked yet.
    kept: string | null = null
    // Counts up when the text should have the focus.
    wanted = $state(0)

    reply(message: Message): void {
        this.editing = null
        this.reply_to = message
        this.wanted++
    }

    edit(message: Message): void {
        this.reply_to = null
        this.editing = message
        this.text = message.text
        this.wanted++
    }

    // Gives an edit or a reply up; an edit takes its text along.
    leave(): void {
        if (this.editing) this.text = ''
        this.editing = null
        this.reply_to = null
        this.wanted++
    }

    clear(): void {
        this.text = ''
        this.editing = null
        this.reply_to = null
    }
}

class Compose {
    private drafts = new Map<string, Draft>()

    of(conversation: string): Draft {
        let draft = this.drafts.get(conversation)
        if (!draft) {
            draft = new Draft()
            this.drafts.set(conversation, draft)
        }
        return draft
    }

    forget(): void {
        this.drafts.clear()
    }
}

export const compose = new Compose()
