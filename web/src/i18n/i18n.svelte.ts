// Two languages of our own. `t` and `n` follow the language while the page is open.
import { exact_span, span_of, type Span } from '../lib/time'
import { de } from './de'
import { en } from './en'
import { errors_de } from './errors_de'
import { errors_en } from './errors_en'

export type Key = keyof typeof en
export type Language = 'en' | 'de'
export const languages: readonly Language[] = ['en', 'de']
export const language_names: Record<Language, string> = { en: 'English', de: 'Deutsch' }

const catalogues: Record<Language, Record<Key, string>> = { en, de }
const error_catalogues: Record<Language, Record<string, string>> = {
    en: errors_en,
    de: errors_de
}
type Values = Record<string, string | number>
type Counted = { [K in Key]: K extends `${infer Base}_other` ? Base : never }[Key]

export function language_of_browser(): Language {
    for (const wanted of navigator.languages) {
        const found = languages.find((language) => wanted.toLowerCase().startsWith(language))
        if (found) return found
    }
    return 'en'
}

class Speech {
    language = $state<Language>('en')
    private plurals = $derived(new Intl.PluralRules(this.language))
    private clock = $derived(
        new Intl.DateTimeFormat(this.language, { hour: 'numeric', minute: '2-digit' })
    )
    private weekday = $derived(new Intl.DateTimeFormat(this.language, { weekday: 'short' }))
    private date = $derived(
        new Intl.DateTimeFormat(this.language, { day: 'numeric', month: 'short' })
    )
    private long_date = $derived(
        new Intl.DateTimeFormat(this.language, { weekday: 'long', day: 'numeric', month: 'long' })
    )

    text(key: Key): string {
        return catalogues[this.language][key]
    }

    error(code: string): string | undefined {
        return error_catalogues[this.language][code]
    }

    plural(count: number): string {
        return this.plurals.select(count) === 'one' ? 'one' : 'other'
    }

    time(at: number): string {
        return this.clock.format(at)
    }

    day(at: number, now: number): string {
        const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - at) / 86400000 + 0.5)
        if (days <= 0) return this.text('today')
        if (days === 1) return this.text('yesterday')
        return this.long_date.format(at)
    }

    // As short as a line of a list wants it.
    moment(at: number, now: number): string {
        const midnight = new Date(now).setHours(0, 0, 0, 0)
        if (at >= midnight) return this.clock.format(at)
        if (at >= midnight - 6 * 86400000) return this.weekday.format(at)
        return this.date.format(at)
    }
}

export const speech = new Speech()

function filled(text: string, values?: Values): string {
    if (!values) return text
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

export function t(key: Key, values?: Values): string {
    return filled(speech.text(key), values)
}

export function n(key: Counted, count: number, values?: Values): string {
    return filled(speech.text(`${key}_${speech.plural(count)}` as Key), { count, ...values })
}

export function error_text(code: string): string {
    return speech.error(code) ?? filled(speech.error('unknown') ?? '', { code })
}

function short(span: Span): string {
    return `${span.value} ${t(`unit_${span.unit}`)}`
}

const long_units = { s: 'seconds', min: 'minutes', h: 'hours', d: 'days', y: 'years' } as const

function long(span: Span): string {
    return n(long_units[span.unit], span.value)
}

export const span_short = (milliseconds: number) => short(span_of(milliseconds))
// German says "6 Tage", and "nach 6 Tagen".
const after_units = {
    s: 'seconds_after',
    min: 'minutes_after',
    h: 'hours_after',
    d: 'days_after',
    y: 'years_after'
} as const

function after(span: Span): string {
    return n(after_units[span.unit], span.value)
}

export const span_after = (milliseconds: number) => after(span_of(milliseconds))
export const duration_after = (seconds: number) => after(exact_span(seconds))
export const duration_short = (seconds: number) => short(exact_span(seconds))
export const duration_long = (seconds: number) => long(exact_span(seconds))

export function size_text(bytes: number): string {
    const units = ['B', 'kB', 'MB', 'GB']
    let value = bytes
    let unit = 0
    for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000
    const digits = unit > 0 && value < 10 ? 1 : 0
    const text = value.toLocaleString(speech.language, { maximumFractionDigits: digits })
    return `${text} ${units[unit]}`
}
