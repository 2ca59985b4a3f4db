import type { Message } from '../api/types'
import { t } from '../i18n/i18n.svelte'
import { plain_of } from '../lib/markdown'
import { is_hidden, kind_of } from './rows'

const line_letters_max = 140

export function summary_of(message: Message): string {
    if (is_hidden(message)) return t('hidden_message')
    switch (kind_of(message)) {
        case 'unknown':
            return t('needs_newer')
        case 'poll':
            return `${t('poll')}: ${message.poll?.question ?? ''}`
        case 'location':
            return message.location?.label || t('location')
        case 'card':
            return `${t('contact_card')}: ${message.card?.name ?? ''}`
        case 'settings':
            return t('settings_changed')
        case 'screenshot':
            return t('screenshot_taken')
        case 'voice':
            return t('voice_memo')
        case 'photo':
            return t('photo')
        case 'file':
            return message.file?.name ?? t('file')
        default:
            return plain_of(message.text.slice(0, line_letters_max))
    }
}

// alarm_of: what must not go unnoticed about a contact, in words.
export function alarm_of(alarm: string): string {
    if (alarm === 'handle_moved') return t('alarm_moved')
    return t(alarm === 'rules_broken' ? 'alarm_rules' : 'alarm_forked')
}
