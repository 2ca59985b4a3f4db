// What this browser keeps of Mayfly besides the home: the program for starting without a network,
// subscriptions to pushes, what was chosen in the settings. All of the origin is ours.

// A push service that does not answer is not waited for; its subscription ends with the worker.
const unsubscribe_ms_max = 3000

async function end(registration: ServiceWorkerRegistration): Promise<void> {
    for (const shown of await registration.getNotifications()) shown.close()
    const subscription = await registration.pushManager?.getSubscription()
    const late = new Promise((done) => setTimeout(done, unsubscribe_ms_max))
    await Promise.race([subscription?.unsubscribe(), late])
}

// Does all it can, whatever of it fails.
export async function erase_traces(): Promise<void> {
    for (const kept of [localStorage, sessionStorage]) kept.clear()
    const workers = (await navigator.serviceWorker?.getRegistrations()) ?? []
    await Promise.allSettled(workers.map(end))
    await Promise.allSettled(workers.map((one) => one.unregister()))
    const names = await caches.keys()
    await Promise.allSettled(names.map((name) => caches.delete(name)))
    for (const { name } of (await indexedDB.databases?.()) ?? [])
        if (name) indexedDB.deleteDatabase(name)
}
