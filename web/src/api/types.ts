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
    thumbnail?: string
    handle?: string
}

export interface ConversationSettings {
    expire_seconds: number
    burn_seconds: number
    receipts: boolean
    typing: boolean
}

export interface MessageExtras {
    content: string
    edited: boolean
    reply_to: string
    mentions: Mention[]
    reactions: Reaction[]
    receipts: Receipt[]
    poll: Poll
    location: Place
    card: { name: string; link: string }
    settings: ConversationSettings
    file: FilePart
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
        muted_until: number
        archived: boolean
        pinned: boolean
        draft: string
    }
>
export type { Account, Device, Member, Offer } from './generated_objects'
