// Which program this is: the hash of all its files, computed here from what the browser keeps.

export interface BundleState {
    total: string
    checked: boolean
    damaged: boolean
}

interface Bundle {
    total: string
    files: Record<string, { size: number; sha256: string }>
}

const encoder = new TextEncoder()

async function sha256(bytes: BufferSource): Promise<string> {
    const hash = await crypto.subtle.digest('SHA-256', bytes)
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function total_of(hashes: Record<string, string>): Promise<string> {
    const paths = Object.keys(hashes).sort()
    return sha256(encoder.encode(paths.map((path) => `${hashes[path]}  ${path}\n`).join('')))
}

// The worker names what it keeps after the hash of all files but its own.
async function kept(bundle: Bundle): Promise<Cache> {
    const others = Object.entries(bundle.files).filter(([path]) => path !== 'service_worker.js')
    const hashes = others.map(([path, { sha256 }]) => [path, sha256])
    return caches.open(`mayfly-${await total_of(Object.fromEntries(hashes))}`)
}

async function kept_is_whole(bundle: Bundle): Promise<boolean> {
    const cache = await kept(bundle)
    const hashes: Record<string, string> = {}
    for (const path of Object.keys(bundle.files)) {
        const file = await cache.match(new URL(path, document.baseURI))
        if (!file) return false
        hashes[path] = await sha256(await file.arrayBuffer())
    }
    return (await total_of(hashes)) === bundle.total
}

export async function bundle_now(): Promise<BundleState> {
    try {
        const answer = await fetch(new URL('bundle.json', document.baseURI))
        const bundle = (await answer.json()) as Bundle
        if (!navigator.serviceWorker?.controller)
            return { total: bundle.total, checked: false, damaged: false }
        const whole = await kept_is_whole(bundle)
        return { total: bundle.total, checked: whole, damaged: !whole }
    } catch {
        return { total: '', checked: false, damaged: false }
    }
}
