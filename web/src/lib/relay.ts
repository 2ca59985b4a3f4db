// What a relay tells everybody about itself: docs/spec/web-serving.md section 1.

export interface RelayInfo {
    address: string
    registration: string
}

// Of the relay that has served this page; its host, where it tells nothing.
export async function relay_here(): Promise<RelayInfo> {
    const guess = { address: location.host, registration: 'open' }
    try {
        const answer = await fetch(new URL('mayfly/relay.json', document.baseURI))
        if (!answer.ok) return guess
        const info = await answer.json()
        return {
            address: String(info.address || guess.address),
            registration: String(info.registration || guess.registration)
        }
    } catch {
        return guess
    }
}

// An address as people read it: without the fingerprint that pins its key.
export function readable(address: string): string {
    return address.replace(/#.*$/, '')
}
