// Sending, from what the composer holds.
import { method_names } from '../api/api'
import type { Conversation } from '../api/types'
import { base64url_of, thumbnail_of } from '../lib/picture'
import { app } from '../state/app.svelte'
import { prefs } from '../state/prefs.svelte'
import { code_of, toasts } from '../state/toasts.svelte'
import type { Draft } from './compose.svelte'

export function expire_of(conversation: Conversation, draft: Draft): number {
    const wish = draft.expire ?? (prefs.get('expire_seconds') || conversation.expire_seconds)
    return Math.min(wish, conversation.expire_seconds_max || wish)
}

export function burn_of(conversation: Conversation, draft: Draft): number {
    const wish = draft.burn ?? (conversation.burn_seconds || prefs.get('burn_seconds'))
    const most = conversation.burn_seconds_max
    if (most === 0) return wish
    return wish === 0 ? most : Math.min(wish, most)
}

export function options_of(
    conversation: Conversation,
    draft: Draft
): { reply_to?: string; [name: string]: unknown } {
    const burn = burn_of(conversation, draft)
    return {
        who: conversation.conversation,
        expire_seconds: expire_of(conversation, draft),
        // Cores that know replies take 0 as well: it does not burn, whatever the settings say.
        ...((burn > 0 || app.api.features.reply) && { burn_seconds: burn }),
        ...(draft.reply_to && { reply_to: draft.reply_to.id })
    }
}

// The answer comes when the relay holds it; until then the message is there, as waiting.
async function sent(conversation: string, answer: Promise<any>): Promise<void> {
    const session = app.session
    if (!session) return
    const failed = answer.then(
        () => null,
        (error) => error
    )
    session.thread(conversation).written++
    await session.loadTail(conversation)
    const error = await failed
    if (error) toasts.failed(error)
    if (error) await session.loadTail(conversation)
    else await session.refreshMessage((await answer).id)
}

export async function send_text(conversation: Conversation, draft: Draft): Promise<void> {
    const text = draft.text.trim()
    if (text === '') return
    if (draft.editing) return edit_text(draft, text)
    const params = { ...options_of(conversation, draft), text }
    draft.clear()
    await sent(conversation.conversation, app.engine.call('send', params))
}

async function edit_text(draft: Draft, text: string): Promise<void> {
    const message = draft.editing
    if (!message) return
    draft.clear()
    await toasts.attempt(async () => {
        await app.api.optional('edit', { id: message.id, text })
        await app.session?.refreshMessage(message.id)
    })
}

export async function send_other(
    conversation: Conversation,
    draft: Draft,
    method: 'poll' | 'location' | 'card' | 'send_file' | 'send_voice',
    params: object
): Promise<void> {
    const options = options_of(conversation, draft)
    draft.reply_to = null
    // What a core can send as a reply its schema says.
    if (!app.api.has(method_names[method], 'reply_to')) delete options.reply_to
    const whole = { ...options, ...params }
    const answer = app.api.optional(method, whole)
    const said = method === 'send_file' ? answer.catch(refuse_file) : answer
    await sent(conversation.conversation, said)
}

// A file that is malformed is one out of which metadata cannot be left.
function refuse_file(error: unknown): never {
    throw code_of(error) === 'malformed_input' ? { code: 'metadata_stays' } : error
}

export async function send_files(
    conversation: Conversation,
    draft: Draft,
    files: Iterable<File>
): Promise<void> {
    for (const file of files) {
        await toasts.attempt(async () => {
            const handle = await app.engine.putFile(file)
            const type = file.type || 'application/octet-stream'
            const thumbnail = type.startsWith('image/') ? await thumbnail_of(file) : null
            const params = {
                file: handle,
                name: file.name,
                type,
                ...(thumbnail && { thumbnail: await base64url_of(thumbnail) })
            }
            await send_other(conversation, draft, 'send_file', params)
        })
    }
}

export async function send_place(conversation: Conversation, draft: Draft): Promise<void> {
    let place: GeolocationPosition
    try {
        place = await new Promise<GeolocationPosition>((resolve, reject) =>
            navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: 20_000 })
        )
    } catch {
        return toasts.failed({ code: 'location_failed' })
    }
    const { latitude, longitude, accuracy } = place.coords
    // The place is known; that it is sent is waited for by the message.
    void send_other(conversation, draft, 'location', {
        latitude: latitude.toFixed(6),
        longitude: longitude.toFixed(6),
        accuracy_m: Math.round(accuracy),
        label: ''
    })
}
