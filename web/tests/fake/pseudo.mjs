// A language that nobody speaks, to see the interface from right to left before anybody translates
// it: every letter becomes a Hebrew one, what stands in for values stays.
const letters = 'אבגדהוזחטיכלמנסעפצקרשת'

export function pseudo(text) {
    return text.replace(/\{\w+\}|[\p{L}]/gu, (part) =>
        part.startsWith('{') ? part : letters[(part.codePointAt(0) ?? 0) % letters.length]
    )
}
