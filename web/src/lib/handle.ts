// Names, links and what people paste for them.

// As the core folds and checks a handle's name: docs/spec/identity.md section 4.
const handle_name = /^[a-z0-9._-]{3,32}$/

export function handle_from(name: string): string {
    const plain = name
        .toLowerCase()
        .replace(/ä/g, 'ae')
        .replace(/ö/g, 'oe')
        .replace(/ü/g, 'ue')
        .replace(/ß/g, 'ss')
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
    return plain
        .trim()
        .replace(/\s+/g, '.')
        .replace(/[^a-z0-9._-]/g, '')
        .slice(0, 32)
}

export function is_handle_name(name: string): boolean {
    return handle_name.test(name)
}

// The name of `name@relay`; what is shown when nobody gave another.
export function short_handle(handle: string): string {
    const at = handle.indexOf('@')
    return at > 0 ? handle.slice(0, at) : handle
}

export function host_of(handle: string): string {
    return handle.slice(handle.indexOf('@') + 1).replace(/#.*$/, '')
}

export type Pasted =
    | { kind: 'contact'; value: string }
    | { kind: 'group'; value: string }
    | { kind: 'device'; value: string }
    | { kind: 'safety'; value: string }
    | { kind: 'handle'; value: string }
    | { kind: 'nothing' }

// Finds a link in what was pasted, scanned or opened; also where it is the fragment of an address.
export function pasted(text: string): Pasted {
    const link = /(mayfly(?:-group|-device|-safety)?):[A-Za-z0-9_:=-]+/.exec(text)
    if (link) {
        const kinds = {
            mayfly: 'contact',
            'mayfly-group': 'group',
            'mayfly-device': 'device',
            'mayfly-safety': 'safety'
        } as const
        return { kind: kinds[link[1] as keyof typeof kinds], value: link[0] }
    }
    const handle = text.trim()
    if (/^[^\s@]{3,32}@[^\s@]+$/.test(handle)) return { kind: 'handle', value: handle }
    return { kind: 'nothing' }
}

// A link that the camera of any phone opens, where the page is served over the web; what follows
// the # never leaves the browser.
export function web_link(link: string, page: string): string {
    const url = new URL(page)
    return url.protocol === 'https:' ? `${url.origin}${url.pathname}#${link}` : link
}

export function initials(name: string): string {
    const words = name.split(/[\s._-]+/).filter((word) => word !== '')
    const letters = words.slice(0, 2).map((word) => [...word][0] ?? '')
    return letters.join('').toUpperCase()
}

// A hue for an account, the same on every device.
export function hue_of(id: string): number {
    let hash = 0
    for (const letter of id) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0
    return hash % 360
}
