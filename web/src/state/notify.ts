// Notifications while the page is open and nobody looks: that there is something, never what or
// from whom, and none for what has ended.
import type { Conversation, Message } from '../api/types'
import { t } from '../i18n/i18n.svelte'
import { prefs } from './prefs.svelte'

// What lives less than this would be gone before somebody is there.
const life_ms_min = 10_000

export function is_worth_telling(
    message: Message,
    conversation: Conversation | undefined,
    mine: boolean,
    now: number
): boolean {
    if (mine || message.state !== 'received') return false
    if ((conversation?.muted_until ?? 0) > now) return false
    return message.expires_at - now >= life_ms_min
}

export function can_notify(): boolean {
    return 'Notification' in window && 'serviceWorker' in navigator
}

// Asks the person, once; false if the browser or the person says no.
export async function notify_allowed(): Promise<boolean> {
    return can_notify() && (await Notification.requestPermission()) === 'granted'
}

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
    if (!can_notify()) return undefined
    return await navigator.serviceWorker.getRegistration()
}

export async function notify(message: Message): Promise<void> {
    if (!prefs.get('notify') || document.visibilityState === 'visible') return
    if (!can_notify() || Notification.permission !== 'granted') return
    const found = await registration()
    await found?.showNotification('Mayfly', {
        body: t('notify_body'),
        icon: 'icon-192.png',
        tag: message.conversation
    })
}

export async function unnotify(conversation: string): Promise<void> {
    if (!prefs.get('notify')) return
    const found = await registration()
    const shown = (await found?.getNotifications({ tag: conversation })) ?? []
    for (const one of shown) one.close()
}
