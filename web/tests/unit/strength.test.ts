import { expect, test } from 'vitest'
import { bits_of, strength_of } from '../../src/lib/strength'

test('what_is_guessed_in_days_is_weak', () => {
    for (const one of ['', 'passwort', 'Sommer2026', 'aaaaaaaaaaaaaaaaaaaa', '1234567890123456'])
        expect(strength_of(one), one).toBe('weak')
    expect(strength_of('abcdefghijklmnopqrstuvwxyz')).toBe('weak')
    expect(strength_of('hund hund hund hund hund')).toBe('weak')
})

test('four_words_that_do_not_belong_together_are_strong', () => {
    expect(strength_of('kran tulpe neffe ostwind')).toBe('strong')
    expect(strength_of('kran tulpe neffe')).toBe('fair')
    expect(strength_of('q7#Vd2!rK9_x')).toBe('strong')
})

test('what_is_added_never_makes_it_weaker', () => {
    let bits = 0
    for (let size = 1; size <= 24; size++) {
        const now = bits_of('kran tulpe neffe ostwind'.slice(0, size))
        expect(now).toBeGreaterThanOrEqual(bits - 0.01)
        bits = now
    }
})
