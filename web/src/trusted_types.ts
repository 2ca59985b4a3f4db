// With Trusted Types on, a string becomes a script's address only here, and only if it is one of
// ours; no string becomes HTML or a script at all.

interface PolicyFactory {
    createPolicy(name: string, rules: Record<string, (value: string) => string>): unknown
}

function refuse(): never {
    throw new TypeError('strings are neither HTML nor scripts here')
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes

factory?.createPolicy('default', {
    createHTML: refuse,
    createScript: refuse,
    createScriptURL: (address) => {
        const url = new URL(address, document.baseURI)
        if (url.origin !== location.origin) refuse()
        return url.href
    }
})

export {}
