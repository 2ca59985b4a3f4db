// Keeps the whole bundle, checked against its hashes, so that Mayfly starts without a network and
// stays the same until a person takes a new version. The build fills in the list.
const bundle = __BUNDLE__

const cache_name = `mayfly-${bundle.total}`
const scope = new URL('./', self.location.href)

function integrity_of(sha256) {
    const bytes = sha256.match(/../g).map((pair) => parseInt(pair, 16))
    return `sha256-${btoa(String.fromCharCode(...bytes))}`
}

async function keep(cache, path, sha256) {
    const url = new URL(path, scope)
    const options = { cache: 'no-cache', credentials: 'omit', integrity: integrity_of(sha256) }
    const response = await fetch(url, options)
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    await cache.put(url, response)
}

async function install() {
    const cache = await caches.open(cache_name)
    const names = Object.keys(bundle.files)
    await Promise.all(names.map((path) => keep(cache, path, bundle.files[path].sha256)))
    const list = new Response(JSON.stringify(bundle), {
        headers: { 'Content-Type': 'application/json' }
    })
    await cache.put(new URL('bundle.json', scope), list)
}

async function activate() {
    const names = await caches.keys()
    const old = names.filter((name) => name.startsWith('mayfly-') && name !== cache_name)
    await Promise.all(old.map((name) => caches.delete(name)))
    await self.clients.claim()
}

async function answer(request) {
    const url = new URL(request.url)
    const inside = url.pathname.slice(scope.pathname.length)
    const path = request.mode === 'navigate' ? 'index.html' : inside
    const cache = await caches.open(cache_name)
    return (await cache.match(new URL(path, scope))) ?? fetch(request)
}

function is_ours(request) {
    const url = new URL(request.url)
    if (request.method !== 'GET' || url.origin !== scope.origin) return false
    if (!url.pathname.startsWith(scope.pathname)) return false
    if (request.mode === 'navigate') return url.pathname === scope.pathname
    const path = url.pathname.slice(scope.pathname.length)
    return path in bundle.files || path === 'bundle.json'
}

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))
self.addEventListener('message', (event) => {
    if (event.data === 'take-over') self.skipWaiting()
})
async function show_page() {
    const pages = await self.clients.matchAll({ type: 'window' })
    if (pages.length > 0) await pages[0].focus()
    else await self.clients.openWindow(scope.href)
}

self.addEventListener('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(show_page())
})
self.addEventListener('fetch', (event) => {
    if (is_ours(event.request)) event.respondWith(answer(event.request))
})
