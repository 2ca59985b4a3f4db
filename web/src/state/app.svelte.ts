// The page: engine, account, what was opened by a link, and locking by itself.
import { Api, type Known } from '../api/api'
import type { Engine, EngineStatus } from '../engine/engine'
import { pasted, type Pasted } from '../lib/handle'
import { minute } from '../lib/time'
import { erase_traces } from '../lib/traces'
import { nav } from './nav.svelte'
import { prefs } from './prefs.svelte'
import { pushes } from './push.svelte'
import { Session } from './session.svelte'
import { toasts } from './toasts.svelte'

class App {
    status = $state.raw<EngineStatus>({ lifecycle: 'starting' })
    session = $state.raw<Session | null>(null)
    // The words of the recovery kit, until the person has seen them.
    words = $state<string | null>(null)
    link = $state.raw<Pasted>({ kind: 'nothing' })
    update = $state<(() => void) | null>(null)
    engine!: Engine
    api!: Api

    private lock_timer = 0

    start(engine: Engine, known?: Known): void {
        this.engine = engine
        this.api = new Api(engine, known)
        prefs.start()
        nav.start()
        this.takeLink()
        window.addEventListener('hashchange', () => this.takeLink())
        engine.onStatus((status) => this.changed(status))
        this.changed(engine.status())
        for (const name of ['pointerdown', 'keydown', 'visibilitychange'])
            document.addEventListener(name, () => this.touched(), { passive: true })
        this.looked()
        document.addEventListener('visibilitychange', () => this.looked())
        navigator.serviceWorker?.addEventListener('message', ({ data }) => {
            if (data === 'push-changed' && this.session) this.keepPushes()
        })
    }

    get connected(): boolean {
        return this.status.connected !== false
    }

    get lockable(): boolean {
        return prefs.get('protection') !== 'none'
    }

    async lock(): Promise<void> {
        await toasts.attempt(() => this.engine.lock())
    }

    // The keys first and nobody asked: a relay hears from the push service that it is over.
    async erase(): Promise<void> {
        await toasts.attempt(async () => {
            await this.engine.erase()
            prefs.forget()
            nav.clear()
            await erase_traces()
        })
    }

    // At the relays first: erased here, it could not be asked for any more.
    async deleteAccount(): Promise<void> {
        const deleted = await toasts.attempt(() => this.api.optional('delete_account', {}))
        if (deleted) await this.erase()
    }

    // After a change of what notifications are wanted, or of their language.
    keepPushes(): void {
        void pushes.reconcile(this.api).catch(() => {})
    }

    private looked(): void {
        if (document.visibilityState === 'visible') void pushes.hide().catch(() => {})
    }

    private changed(status: EngineStatus): void {
        this.status = status
        if (status.lifecycle === 'open' && !this.session) this.begin()
        if (status.lifecycle !== 'open' && this.session) this.end()
        if (status.lifecycle === 'locked' && !this.lockable) prefs.set('protection', 'passphrase')
    }

    private begin(): void {
        const session = new Session(this.api, this.engine)
        this.session = session
        void toasts.attempt(() => session.load())
        this.touched()
    }

    private end(): void {
        this.session?.close()
        this.session = null
        nav.clear()
    }

    private touched(): void {
        window.clearTimeout(this.lock_timer)
        const minutes = prefs.get('lock_minutes')
        if (!this.session || !this.lockable || minutes === 0) return
        this.lock_timer = window.setTimeout(() => void this.lock(), minutes * minute)
    }

    private takeLink(): void {
        if (!location.hash) return
        this.link = pasted(location.hash.slice(1))
        history.replaceState(history.state, '', location.pathname)
    }
}

export const app = new App()
