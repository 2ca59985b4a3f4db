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

async function kept_is_whole(bundle: Bundle): Promise<boolean> {
    const cache = await caches.open(`mayfly-${bundle.total}`)
    const lines: string[] = []
    for (const path of Object.keys(bundle.files).sort()) {
        const file = await cache.match(new URL(path, document.baseURI))
        if (!file) return false
        const hash = await sha256(await file.arrayBuffer())
        if (hash !== bundle.files[path]?.sha256) return false
        lines.push(`${hash}  ${path}\n`)
    }
    return (await sha256(encoder.encode(lines.join('')))) === bundle.total
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
