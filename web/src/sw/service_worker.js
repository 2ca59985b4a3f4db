// Keeps the whole bundle, checked against its hashes, so that Mayfly starts without a network and
// stays the same until a person takes a new version. The build fills in the list of all files but
// this one, and the hash of that list.
const { id, files } = __FILES__

const cache_name = `mayfly-${id}`
const own_name = 'service_worker.js'
const scope = new URL('./', self.location.href)
// A registration under this folder is there for the pushes of one relay, and keeps no files.
const push_folder = new URL('push/', scope).href
const is_for_pushes = self.registration.scope.startsWith(push_folder)

function integrity_of(sha256) {
    const bytes = sha256.match(/../g).map((pair) => parseInt(pair, 16))
    return `sha256-${btoa(String.fromCharCode(...bytes))}`
}

async function fetched(path, options = {}) {
    const url = new URL(path, scope)
    const response = await fetch(url, { cache: 'no-cache', credentials: 'omit', ...options })
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    return response
}

async function keep(cache, path, sha256) {
    const response = await fetched(path, { integrity: integrity_of(sha256) })
    await cache.put(new URL(path, scope), response)
}

// The published list has this file as well, and must say the same of all others.
async function keep_list(cache) {
    const response = await fetched('bundle.json')
    const { [own_name]: own, ...others } = (await response.clone().json()).files
    const names = Object.keys(others)
    const same = names.length === Object.keys(files).length
    if (!same || names.some((path) => others[path].sha256 !== files[path]))
        throw new Error('bundle.json lists other files')
    await keep(cache, own_name, own.sha256)
    await cache.put(new URL('bundle.json', scope), response)
}

async function install() {
    const cache = await caches.open(cache_name)
    await Promise.all(Object.keys(files).map((path) => keep(cache, path, files[path])))
    await keep_list(cache)
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
    // Not opened: after everything was erased this would make it anew.
    const found = await caches.match(new URL(path, scope), { cacheName: cache_name })
    return found ?? fetch(request)
}

function is_ours(request) {
    const url = new URL(request.url)
    if (request.method !== 'GET' || url.origin !== scope.origin) return false
    if (!url.pathname.startsWith(scope.pathname)) return false
    if (request.mode === 'navigate') return url.pathname === scope.pathname
    const path = url.pathname.slice(scope.pathname.length)
    return path in files || path === 'bundle.json'
}

// A push says that there is something, and nothing else; browsers want each one to be shown.
// Whoever looks at Mayfly sees it anyway.
async function woken() {
    const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
    if (pages.some((page) => page.visibilityState === 'visible')) return
    const left = await caches.match(new URL('text', push_folder))
    const { title, body } = left ? await left.json() : { title: 'Mayfly', body: 'Something new' }
    const icon = new URL('icon-192.png', scope).href
    const options = { body, icon, tag: 'mayfly-push', renotify: true }
    await self.registration.showNotification(title, options)
}

// Only a page has the account: it subscribes anew, now or when it is opened next.
async function tell_pages() {
    const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
    for (const page of pages) page.postMessage('push-changed')
}

if (is_for_pushes) {
    self.addEventListener('push', (event) => event.waitUntil(woken()))
    self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(tell_pages()))
} else {
    self.addEventListener('install', (event) => event.waitUntil(install()))
    self.addEventListener('activate', (event) => event.waitUntil(activate()))
    self.addEventListener('fetch', (event) => {
        if (is_ours(event.request)) event.respondWith(answer(event.request))
    })
}
self.addEventListener('message', (event) => {
    if (event.data === 'take-over') self.skipWaiting()
})
async function show_page() {
    const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
    if (pages.length > 0) await pages[0].focus()
    else await self.clients.openWindow(scope.href)
}

self.addEventListener('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(show_page())
})
