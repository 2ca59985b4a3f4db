// Made by tools/generate_api.mjs from docs/rpc-schema.json; do not edit.
import type {
    Account,
    Blocked,
    Contact,
    Conversation,
    Device,
    Member,
    Message,
    Offer,
    Proven,
    PushRelay,
    Request,
    SafetyNumber,
    Settings
} from './generated_objects'

export interface Methods {
    'init': {
        params: {
            relays: string[]
            handle?: string
            name?: string
            invite?: string
            timeout_ms?: number
        }
        result: {
            account: string
            address: string
            device: string
            link: string
            name: string
            recovery_kit: string
            relays: string[]
        }
    }
    'whoami': {
        params: Record<string, never>
        result: Account
    }
    'status': {
        params: Record<string, never>
        result: { contacts: number; outbox_empty: boolean; requests: number }
    }
    'contact.add': {
        params: { address: string; timeout_ms?: number }
        result: Contact
    }
    'contact.requests': {
        params: Record<string, never>
        result: { requests: Request[] }
    }
    'contact.accept': {
        params: { id: string; timeout_ms?: number }
        result: Contact
    }
    'contact.list': {
        params: Record<string, never>
        result: { contacts: Contact[] }
    }
    'contact.remove': {
        params: { who: string; timeout_ms?: number }
        result: { account: string }
    }
    'device.link': {
        params: { relay: string; timeout_ms?: number }
        result: { link: string }
    }
    'device.add': {
        params: { link: string; timeout_ms?: number }
        result: Record<string, never>
    }
    'device.confirm': {
        params: Record<string, never>
        result: Record<string, never>
    }
    'device.cancel': {
        params: Record<string, never>
        result: Record<string, never>
    }
    'device.list': {
        params: Record<string, never>
        result: { devices: Device[] }
    }
    'device.revoke': {
        params: { device: string; timeout_ms?: number }
        result: { id: string }
    }
    'device.name': {
        params: { device: string; name: string }
        result: Device
    }
    'recover': {
        params: { kit: string; relay: string; timeout_ms?: number }
        result: Account
    }
    'push.list': {
        params: { timeout_ms?: number }
        result: { relays: PushRelay[] }
    }
    'push.set': {
        params: {
            relay: string
            endpoint: string
            p256dh: string
            auth: string
            timeout_ms?: number
        }
        result: Record<string, never>
    }
    'push.remove': {
        params: { relay: string; timeout_ms?: number }
        result: Record<string, never>
    }
    'conversations': {
        params: Record<string, never>
        result: { conversations: Conversation[] }
    }
    'group.create': {
        params: {
            name: string
            room?: boolean
            topic?: string
            avatar?: string
            expire_seconds?: number
            expire_seconds_max?: number
            burn_seconds?: number
            burn_seconds_max?: number
            receipts?: boolean
            typing?: boolean
            moderators_write_only?: boolean
            timeout_ms?: number
        }
        result: { conversation: string }
    }
    'group.change': {
        params: {
            group: string
            name?: string
            topic?: string
            avatar?: string
            expire_seconds?: number
            expire_seconds_max?: number
            burn_seconds?: number
            burn_seconds_max?: number
            receipts?: boolean
            typing?: boolean
            moderators_write_only?: boolean
            timeout_ms?: number
        }
        result: { conversation: string }
    }
    'group.avatar': {
        params: { group: string }
        result: { avatar: string }
    }
    'group.members': {
        params: { group: string }
        result: { members: Member[] }
    }
    'group.invite': {
        params: { group: string; who: string; timeout_ms?: number }
        result: { conversation: string }
    }
    'group.remove': {
        params: { group: string; who: string; timeout_ms?: number }
        result: { conversation: string }
    }
    'group.moderator': {
        params: { group: string; who: string; on: boolean; timeout_ms?: number }
        result: { conversation: string }
    }
    'group.reader': {
        params: { group: string; who: string; on: boolean; timeout_ms?: number }
        result: { conversation: string }
    }
    'group.link': {
        params: { group: string; uses?: number; lifetime_seconds?: number }
        result: { expires_at: number; link: string; uses: number }
    }
    'group.join': {
        params: { link: string; timeout_ms?: number }
        result: Record<string, never>
    }
    'group.offers': {
        params: Record<string, never>
        result: { offers: Offer[] }
    }
    'group.accept': {
        params: { offer: string; timeout_ms?: number }
        result: { conversation: string }
    }
    'group.decline': {
        params: { offer: string }
        result: { conversation: string }
    }
    'group.leave': {
        params: { group: string; timeout_ms?: number }
        result: { conversation: string }
    }
    'contact.safety_number': {
        params: { who: string }
        result: SafetyNumber
    }
    'contact.verify': {
        params: { who: string; number?: string; undo?: boolean }
        result: Contact
    }
    'contact.check': {
        params: { who: string; timeout_ms?: number }
        result: Contact
    }
    'qr': {
        params: { text: string }
        result: { rows: string[] }
    }
    'contact.block': {
        params: { who: string; remove?: boolean; timeout_ms?: number }
        result: { account: string }
    }
    'contact.unblock': {
        params: { who: string }
        result: { account: string }
    }
    'contact.blocked': {
        params: Record<string, never>
        result: { blocked: Blocked[] }
    }
    'report': {
        params: { id: string; with?: string[] }
        result: { report: string }
    }
    'verify_report': {
        params: { report: string }
        result: { proven: Proven[] }
    }
    'account.delete': {
        params: { timeout_ms?: number }
        result: { account: string }
    }
    'send': {
        params: {
            who: string
            text: string
            reply_to?: string
            expire_seconds?: number
            burn_seconds?: number
            timeout_ms?: number
        }
        result: { conversation: string; id: string }
    }
    'receive': {
        params: { limit?: number }
        result: { messages: Message[]; more: boolean }
    }
    'ack': {
        params: { ids: string[] }
        result: Record<string, never>
    }
    'messages': {
        params: { who: string; after?: string; limit?: number }
        result: { messages: Message[]; more: boolean }
    }
    'message': {
        params: { id: string }
        result: Message
    }
    'open': {
        params: { id: string }
        result: Message
    }
    'burn': {
        params: { id: string }
        result: { id: string }
    }
    'recall': {
        params: { id: string; timeout_ms?: number }
        result: { id: string }
    }
    'withdraw': {
        params: { id: string }
        result: { id: string; withdrawn: boolean }
    }
    'send_file': {
        params: {
            who: string
            file: string
            name?: string
            type?: string
            as_is?: boolean
            thumbnail?: string
            expire_seconds?: number
            burn_seconds?: number
            timeout_ms?: number
        }
        result: { conversation: string; id: string }
    }
    'send_voice': {
        params: {
            who: string
            file: string
            name?: string
            type?: string
            duration_ms?: number
            expire_seconds?: number
            burn_seconds?: number
            timeout_ms?: number
        }
        result: { conversation: string; id: string }
    }
    'download': {
        params: { id: string; to?: string; timeout_ms?: number }
        result: { handle: string; id: string; size: number }
    }
    'edit': {
        params: { id: string; text: string; timeout_ms?: number }
        result: { id: string }
    }
    'react': {
        params: { id: string; emoji: string; remove?: boolean; timeout_ms?: number }
        result: { id: string }
    }
    'poll': {
        params: {
            who: string
            question: string
            options: string[]
            multiple?: boolean
            closes_at?: number
            expire_seconds?: number
            burn_seconds?: number
            timeout_ms?: number
        }
        result: { conversation: string; id: string }
    }
    'vote': {
        params: { id: string; choices: number[]; timeout_ms?: number }
        result: { id: string }
    }
    'location': {
        params: {
            who: string
            latitude: string
            longitude: string
            accuracy_m?: number
            label?: string
            expire_seconds?: number
            burn_seconds?: number
            timeout_ms?: number
        }
        result: { conversation: string; id: string }
    }
    'card': {
        params: {
            who: string
            other: string
            expire_seconds?: number
            burn_seconds?: number
            timeout_ms?: number
        }
        result: { conversation: string; id: string }
    }
    'screenshot': {
        params: { who: string; timeout_ms?: number }
        result: { conversation: string; id: string }
    }
    'typing': {
        params: { who: string; active: boolean }
        result: Record<string, never>
    }
    'settings': {
        params: {
            who: string
            expire_seconds?: number
            burn_seconds?: number
            receipts?: boolean
            typing?: boolean
            timeout_ms?: number
        }
        result: Settings
    }
    'mute': {
        params: { who: string; until?: number }
        result: Conversation
    }
    'archive': {
        params: { who: string; on: boolean }
        result: Conversation
    }
    'pin': {
        params: { who: string; on: boolean }
        result: Conversation
    }
    'draft': {
        params: { who: string; text?: string }
        result: { conversation: string; text: string }
    }
    'search': {
        params: { words: string; in?: string; limit?: number }
        result: { messages: Message[]; more: boolean }
    }
}
