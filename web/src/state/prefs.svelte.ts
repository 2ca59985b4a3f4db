// How this browser shows Mayfly. Nothing personal: it lies outside of the encrypted store.
import { language_of_browser, languages, speech, type Language } from '../i18n/i18n.svelte'

export type Theme = 'system' | 'light' | 'dark'

interface Stored {
    language: Language | 'system'
    theme: Theme
    lock_minutes: number
    expire_seconds: number
    burn_seconds: number
    protection: 'none' | 'passphrase' | 'passkey'
    notify: boolean
    passkey: string
    bundle: string
}

const place = 'mayfly.prefs'
const initial: Stored = {
    language: 'system',
    theme: 'system',
    lock_minutes: 10,
    expire_seconds: 0,
    burn_seconds: 0,
    protection: 'none',
    notify: false,
    passkey: '',
    bundle: ''
}

function stored(): Stored {
    try {
        return { ...initial, ...JSON.parse(localStorage.getItem(place) ?? '{}') }
    } catch {
        return { ...initial }
    }
}

class Prefs {
    private values = $state<Stored>({ ...initial })

    start(): void {
        this.values = stored()
        this.apply()
    }

    get<K extends keyof Stored>(name: K): Stored[K] {
        return this.values[name]
    }

    set<K extends keyof Stored>(name: K, value: Stored[K]): void {
        this.values[name] = value
        try {
            localStorage.setItem(place, JSON.stringify(this.values))
        } catch {
            // A browser that keeps nothing still shows what was chosen, until it is closed.
        }
        this.apply()
    }

    forget(): void {
        try {
            localStorage.removeItem(place)
        } catch {
            // It kept nothing.
        }
        const { language, theme } = this.values
        this.values = { ...initial, language, theme }
    }

    private apply(): void {
        const chosen = this.values.language
        const language = languages.find((known) => known === chosen) ?? language_of_browser()
        speech.language = language
        const root = document.documentElement
        root.lang = language
        root.dir = 'ltr'
        if (this.values.theme === 'system') delete root.dataset.theme
        else root.dataset.theme = this.values.theme
    }
}

export const prefs = new Prefs()
