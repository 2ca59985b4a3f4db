// What can be done with a message, as entries of its menu.
import type { Message } from '../api/types'
import { t } from '../i18n/i18n.svelte'
import { app } from '../state/app.svelte'
import { toasts } from '../state/toasts.svelte'
import type { MenuItem, MenuOptions } from '../ui/menu.svelte'
import { compose } from './compose.svelte'
import { is_hidden, kind_of } from './rows'

export const quick_emoji = ['👍', '❤️', '😂', '😮', '😢', '🔥']

export async function react(message: Message, emoji: string): Promise<void> {
    const me = app.session?.me?.account ?? ''
    const mine = message.reactions?.find((one) => one.emoji === emoji)?.by.includes(me) ?? false
    await toasts.attempt(async () => {
        await app.api.optional('react', { id: message.id, emoji, remove: mine })
        await app.session?.refreshMessage(message.id)
    })
}

function gone(message: Message): void {
    app.session?.thread(message.conversation).end([message.id], true)
}

async function burn(message: Message): Promise<void> {
    await toasts.attempt(async () => {
        await app.api.call('burn', { id: message.id })
        gone(message)
    })
}

async function recall(message: Message): Promise<void> {
    await toasts.attempt(async () => {
        if (message.state === 'queued') {
            const { withdrawn } = await app.api.call('withdraw', { id: message.id })
            if (withdrawn) return gone(message)
        }
        await app.api.call('recall', { id: message.id })
        gone(message)
    })
}

async function copy(message: Message): Promise<void> {
    try {
        await navigator.clipboard.writeText(message.text)
        toasts.say(t('copied'))
    } catch {
        toasts.failed({ code: 'clipboard_failed' })
    }
}

async function report(message: Message): Promise<void> {
    await toasts.attempt(async () => {
        const { report } = await app.api.optional('report', { id: message.id })
        const link = document.createElement('a')
        link.href = URL.createObjectURL(new Blob([report], { type: 'text/plain' }))
        link.download = 'mayfly-report.txt'
        link.click()
        setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
        toasts.say(t('report_saved'))
    })
}

export function items_of(message: Message, may_write: boolean): MenuItem[] {
    const can = app.api.features
    const mine = app.session?.isMine(message) ?? false
    const text = kind_of(message) === 'text'
    const seen = !is_hidden(message)
    const draft = compose.of(message.conversation)
    const items: (MenuItem | false)[] = [
        can.reply &&
            may_write &&
            seen && { label: t('reply'), icon: 'reply', action: () => draft.reply(message) },
        text && seen && { label: t('copy'), icon: 'copy', action: () => void copy(message) },
        can.edit &&
            mine &&
            text && { label: t('edit'), icon: 'edit', action: () => draft.edit(message) },
        can.report &&
            !mine &&
            seen && { label: t('report'), icon: 'warn', action: () => void report(message) },
        { label: t('burn_here'), icon: 'flame', bad: true, action: () => void burn(message) },
        mine && {
            label: t('recall'),
            icon: 'undo',
            bad: true,
            action: () => void recall(message)
        }
    ]
    return items.filter((item): item is MenuItem => item !== false)
}

export function menu_of(message: Message, may_write: boolean): Omit<MenuOptions, 'x' | 'y'> {
    const me = app.session?.me?.account ?? ''
    const mine = (message.reactions ?? [])
        .filter((one) => one.by.includes(me))
        .map((one) => one.emoji)
    const reacts = app.api.features.react && may_write && !is_hidden(message)
    return {
        label: t('message_menu'),
        items: items_of(message, may_write),
        ...(reacts && {
            emoji: {
                list: [...new Set([...quick_emoji, ...mine])].slice(0, 7),
                mine,
                choose: (emoji: string) => void react(message, emoji)
            }
        })
    }
}
