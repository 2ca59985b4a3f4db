// The service worker: starts without a network, and a new version only when a person says so.
import type { Engine } from './engine/engine'
import { app } from './state/app.svelte'

// It loads all files once more, or looks for others: after the engine's start, which needs the line
// and the processor first.
export function keep_offline(engine: Engine): void {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
    if (engine.status().lifecycle !== 'starting') return void register()
    const started = engine.onStatus(() => {
        started()
        void register()
    })
}

async function register(): Promise<void> {
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
