// Made by tools/generate_api.mjs from docs/rpc-schema.json; do not edit.
import type { Contact, Failure, Message, Offer, Request } from './generated_objects'

export interface Notifications {
    message: { message: Message }
    synced: { message: Message }
    request: { request: Request }
    contact_changed: { contact: string }
    changed: { id: string }
    typing: { conversation: string; who: string; active: boolean }
    gone: { id: string }
    conversation_changed: {
        conversation: string
        by: string
        added: string[]
        removed: string[]
        state: boolean
        removed_us: boolean
    }
    offer: { offer: Offer }
    device_met: { code: string }
    device_linked: { linked: string }
    device_revoked: { device: string; is_this: boolean }
    trust_alarm: { contact: Contact }
    transfer_progress: { id: string; done: number; size: number; upload: boolean }
    link: { relay: string; up: boolean; error?: Failure }
    caught_up: { relay: string }
    operation_ended: { operation: number; ok: boolean; error?: Failure }
    lost: { count: number }
}
