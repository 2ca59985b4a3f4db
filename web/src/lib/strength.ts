// How much guessing a passphrase takes, at least: an estimate from its shape, without a dictionary.
// The store makes each guess cost 64 MiB and three passes (docs/spec/store-file.md section 3), so
// a hall of computers makes about 2^41 of them in a year.
export type Strength = 'weak' | 'fair' | 'strong'

const fair_bits = 32
const strong_bits = 45
const letter_bits = 4.7
const digit_bits = 3.3
const other_bits = 4
// One of 8,000 words that people know; what is longer may be two of them.
const word_bits = 13
const word_letters = 6
const more_letters_bits = 2.5
// A letter that repeats the one before, or follows it in the alphabet.
const lazy_bits = 0.5

function is_lazy(text: string, at: number): boolean {
    const step = text.charCodeAt(at) - text.charCodeAt(at - 1)
    return at > 0 && Math.abs(step) <= 1
}

function bits_of_run(run: string): number {
    const each = /^\p{L}/u.test(run) ? letter_bits : /^\d/.test(run) ? digit_bits : other_bits
    let bits = 0
    for (let at = 0; at < run.length; at++) bits += is_lazy(run, at) ? lazy_bits : each
    if (each !== letter_bits) return bits
    const more = Math.max(0, run.length - word_letters) * more_letters_bits
    return Math.min(bits, word_bits + more)
}

export function bits_of(passphrase: string): number {
    // The same word twice is no second word; what stands between words is hardly a choice.
    const runs = passphrase.toLowerCase().match(/\p{L}+|\d+|[^\p{L}\d\s]+/gu) ?? []
    return [...new Set(runs)].reduce((sum, run) => sum + bits_of_run(run), 0)
}

export function strength_of(passphrase: string): Strength {
    const bits = bits_of(passphrase)
    if (bits < fair_bits) return 'weak'
    return bits < strong_bits ? 'fair' : 'strong'
}
