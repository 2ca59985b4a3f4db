// One clock for every timer on the screen. It ticks each second while somebody looks, and not
// otherwise.
import { createSubscriber } from 'svelte/reactivity'

const tick_ms = 1000

const subscribe = createSubscriber((update) => {
    let timer = 0
    const start = () => {
        window.clearInterval(timer)
        if (document.visibilityState === 'hidden') return
        update()
        timer = window.setInterval(update, tick_ms)
    }
    document.addEventListener('visibilitychange', start)
    start()
    return () => {
        window.clearInterval(timer)
        document.removeEventListener('visibilitychange', start)
    }
})

export function now(): number {
    subscribe()
    return Date.now()
}
