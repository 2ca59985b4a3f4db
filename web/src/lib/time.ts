// Spans of time as people say them, in few letters.

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

// The steps of the pickers, in seconds.
export const expire_steps = [30, 300, 3600, 28800, 86400, 518400, 2419200, 31536000]
export const burn_steps = [0, 5, 15, 30, 60, 300, 3600, 86400]
export const expire_seconds_default = 518400

export type Unit = 's' | 'min' | 'h' | 'd' | 'y'

export interface Span {
    value: number
    unit: Unit
}

// The largest unit that says it in whole numbers, rounded up: nothing reads as 0 while it lives.
export function span_of(milliseconds: number): Span {
    const left = Math.max(0, milliseconds)
    if (left < 91 * second) return { value: Math.ceil(left / second), unit: 's' }
    if (left < 91 * minute) return { value: Math.ceil(left / minute), unit: 'min' }
    if (left < 36 * hour) return { value: Math.ceil(left / hour), unit: 'h' }
    if (left < 365 * day) return { value: Math.ceil(left / day), unit: 'd' }
    return { value: Math.round(left / (365 * day)), unit: 'y' }
}

// When a span shown for so long has to be written anew.
export function next_change(milliseconds: number): number {
    if (milliseconds <= 0) return minute
    const { unit } = span_of(milliseconds)
    const step = unit === 's' ? second : unit === 'min' ? minute : hour
    return (milliseconds % step) + 1
}

export function exact_span(seconds: number): Span {
    if (seconds >= 31536000 && seconds % 31536000 === 0)
        return { value: seconds / 31536000, unit: 'y' }
    if (seconds >= 86400 && seconds % 86400 === 0) return { value: seconds / 86400, unit: 'd' }
    if (seconds >= 3600 && seconds % 3600 === 0) return { value: seconds / 3600, unit: 'h' }
    if (seconds >= 60 && seconds % 60 === 0) return { value: seconds / 60, unit: 'min' }
    return { value: seconds, unit: 's' }
}

export function same_day(a: number, b: number): boolean {
    return new Date(a).toDateString() === new Date(b).toDateString()
}
