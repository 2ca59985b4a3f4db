// The service worker: starts without a network, and a new version only when a person says so.
import { app } from './state/app.svelte'

export async function keep_offline(): Promise<void> {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
    try {
        const found = await navigator.serviceWorker.register('./service_worker.js')
        const offer = () => {
            const waiting = found.waiting
            if (!waiting || !navigator.serviceWorker.controller) return
            app.update = () => {
                navigator.serviceWorker.addEventListener('controllerchange', () =>
                    location.reload()
                )
                waiting.postMessage('take-over')
            }
        }
        offer()
        found.addEventListener('updatefound', () => {
            found.installing?.addEventListener('statechange', offer)
        })
    } catch {
        // Without it, Mayfly works as long as its relay answers.
    }
}
