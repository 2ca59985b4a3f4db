// What the interface shows. The RPC gives these fields; those that only newer cores give are
// optional, and what is not there is not shown.
import type * as generated from './generated_objects'

export interface Reaction {
    emoji: string
    by: string[]
}

export interface Receipt {
    account: string
    delivered_at: number
    read_at: number
}

export interface Poll {
    question: string
    options: string[]
    counts: number[]
    voters: number
    multiple: boolean
    closes_at: number
    closed: boolean
    own_choices: number[]
}

export interface Place {
    latitude: string
    longitude: string
    accuracy_m: number
    label: string
}

export interface Mention {
    start: number
    length: number
    account: string
}

export interface FilePart {
    name: string
    type: string
    size: number
    duration_ms?: number
    // JPEG in base64.
    thumbnail?: string
}

export interface ConversationSettings {
    expire_seconds: number
    burn_seconds: number
    receipts: boolean
    typing: boolean
}

export interface Quote {
    alive: boolean
    sender?: string
    text?: string
    content?: string
}

export interface MessageExtras {
    content: string
    edited: boolean
    reply_to: string
    quote: Quote
    mentions: Mention[]
    reactions: Reaction[]
    receipts: Receipt[]
    poll: Poll
    location: Place
    card: { name: string; link: string }
    settings: ConversationSettings
    file: FilePart
    file_name: string
    file_type: string
    file_size: number
    duration_ms: number
    thumbnail: string
    verified: boolean
    needs_newer: boolean
}

type With<Base, Extras> = Base & Partial<Omit<Extras, keyof Base>>

export type Message = With<generated.Message, MessageExtras>
export type Contact = With<
    generated.Contact,
    { verified: boolean; blocked: boolean; alarm: string }
>
export type Request = With<generated.Request, { handle_is_anothers: boolean }>
export type Conversation = With<
    generated.Conversation,
    {
        receipts: boolean
        typing: boolean
        moderators_write_only: boolean
        has_avatar: boolean
        muted_until: number
        archived: boolean
        pinned: boolean
        draft: string
    }
>
// A message as it is shown: what belongs to a file is one thing.
export function shown(message: Message): Message {
    const is_file = message.content === 'file' || message.content === 'voice'
    if (!is_file || message.file) return message
    const thumbnail = message.thumbnail?.replace(/-/g, '+').replace(/_/g, '/')
    return {
        ...message,
        file: {
            name: message.file_name ?? '',
            type: message.file_type ?? '',
            size: message.file_size ?? 0,
            ...(message.duration_ms && { duration_ms: message.duration_ms }),
            ...(thumbnail && { thumbnail })
        }
    }
}

export type Member = With<generated.Member, { is_reader: boolean }>

export type { Account, Device, Offer } from './generated_objects'
