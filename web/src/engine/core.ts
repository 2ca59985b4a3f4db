// The engine inside the worker: one home, one module, and what it is at the moment.
import { EngineError } from './error'
import { Files } from './files'
import type {
    Commands,
    CreateOptions,
    DuressOptions,
    EngineStatus,
    LinkOptions,
    RecoverOptions
} from './messages'
import { Module } from './module'
import { Home, opfsIsSupported } from './opfs'
import { RpcClient } from './rpc'

const lockName = 'mayfly'
const subscribe = 'subscribe'

export interface CoreEvents {
    status(status: EngineStatus): void
    event(name: string, params: unknown): void
}

export class Core implements Commands {
    private current: EngineStatus = { lifecycle: 'starting' }
    private compiled!: WebAssembly.Module
    private home: Home | undefined
    private module: Module | undefined
    private rpc: RpcClient | undefined
    private readonly up = new Set<string>()
    private readonly files = new Files()
    loaded!: (compiled: WebAssembly.Module | null) => void
    private readonly loading = new Promise<WebAssembly.Module | null>((done) => {
        this.loaded = done
    })

    constructor(private readonly events: CoreEvents) {}

    // start finds out what is there; the page gives the module meanwhile, by `loaded`.
    async start(): Promise<void> {
        const missing = missingFeature()
        if (missing) return this.is('unsupported', missing)
        // The lock dies with this worker; files that a dying one still holds are waited for.
        await this.haveLock()
        try {
            this.home = await Home.open()
        } catch {
            return this.is('unsupported', 'no_storage')
        }
        const compiled = await this.loading
        if (!compiled) return this.is('failed', 'engine_not_loaded')
        this.compiled = compiled
        await this.enter()
    }

    wake(): void {
        this.module?.wake()
    }

    async create(options: CreateOptions): Promise<{ words: string }> {
        return this.begin(options.passphrase, async (rpc) => {
            const params: Record<string, unknown> = { relays: options.relays }
            if (options.handle) params.handle = options.handle
            if (options.name) params.name = options.name
            if (options.invite) params.invite = options.invite
            const account = (await rpc.call('init', params)) as { recovery_kit: string }
            this.complete()
            return { words: account.recovery_kit }
        })
    }

    async recover(options: RecoverOptions): Promise<void> {
        return this.begin(options.passphrase, async (rpc) => {
            await rpc.call('recover', { kit: options.words, relay: options.relay })
            this.complete()
        })
    }

    // linkDevice gives the link for a device of the account. What follows are the methods and
    // events of the RPC: device_met with the code, device.confirm, then device_linked.
    async linkDevice(options: LinkOptions): Promise<{ link: string }> {
        const relay = options.relays[0]
        if (!relay) throw new EngineError('invalid_argument')
        return this.begin(
            options.passphrase,
            async (rpc) => (await rpc.call('device.link', { relay })) as { link: string }
        )
    }

    async unlock(passphrase: string): Promise<void> {
        if (this.current.lifecycle !== 'locked') throw new EngineError('invalid_argument')
        this.module!.open(passphrase)
        this.opened()
    }

    async lock(): Promise<void> {
        if (this.current.lifecycle !== 'open') throw new EngineError('invalid_argument')
        if (this.module!.protection() !== 'passphrase') throw new EngineError('passphrase_required')
        this.leave()
        await this.enter()
    }

    async erase(): Promise<void> {
        if (!this.home) throw new EngineError('invalid_argument')
        this.leave()
        const home = this.home
        this.home = undefined
        await home.erase()
        this.is('erased')
    }

    async changePassphrase(current: string | null, next: string): Promise<void> {
        this.rewrap((module) => module.changePassphrase(current, next))
    }

    async setDuress({ current, duress, name }: DuressOptions): Promise<void> {
        this.rewrap((module) => module.setDuress(current, name, duress))
    }

    async call(method: string, params: object = {}): Promise<unknown> {
        if (!this.rpc) throw new EngineError('no_account')
        try {
            return await this.rpc.call(method, params)
        } finally {
            // Sent, or never to be: the core does not read it again.
            const { file, timeout_ms } = params as { file?: string; timeout_ms?: number }
            if (file !== undefined && timeout_ms === undefined) this.files.release(file)
        }
    }

    async putFile(file: Blob): Promise<string> {
        return this.files.put(file)
    }

    async getFile(handle: string): Promise<Blob> {
        const blob = this.files.take(handle)
        if (!blob) throw new EngineError('file_unreadable')
        return blob
    }

    // begin makes a store and does the rest in it; whatever fails leaves an empty home.
    private async begin<T>(
        passphrase: string | null,
        work: (rpc: RpcClient) => Promise<T>
    ): Promise<T> {
        if (this.current.lifecycle !== 'empty') throw new EngineError('account_exists')
        this.leave()
        this.home!.wipe()
        try {
            await this.load()
            this.module!.create(passphrase)
            this.listen()
            return await work(this.rpc!)
        } catch (error) {
            this.leave()
            this.home!.wipe()
            await this.enter()
            throw error
        }
    }

    // enter finds out what the home holds and opens it where nobody must be asked.
    private async enter(): Promise<void> {
        // An account that was not made to the end is nobody's: its recovery kit was never shown.
        if (!this.home!.isComplete) this.home!.wipe()
        try {
            await this.load()
            const protection = this.module!.protection()
            if (protection === 'none') return this.is('empty')
            if (protection === 'passphrase') return this.is('locked')
            this.module!.open(null)
        } catch (error) {
            return this.is('failed', error instanceof EngineError ? error.code : 'internal')
        }
        this.opened()
    }

    private async load(): Promise<void> {
        this.module = await Module.start(this.compiled, this.home!, this.files, {
            line: (text) => this.rpc?.take(text),
            failed: (error) => {
                console.error(error)
                this.rpc?.end()
                this.is('failed', 'internal')
            }
        })
    }

    private rewrap(work: (module: Module) => void): void {
        if (this.current.lifecycle !== 'open') throw new EngineError('invalid_argument')
        try {
            work(this.module!)
        } catch (error) {
            const taken = error instanceof EngineError && error.code === 'invalid_argument'
            throw taken ? new EngineError('passphrase_in_use') : error
        }
    }

    private listen(): void {
        const rpc = new RpcClient(
            (line) => this.module!.receive(line),
            (name, params) => this.took(name, params)
        )
        this.rpc = rpc
        rpc.call(subscribe, {}).catch(() => {})
    }

    private opened(): void {
        this.is('open')
        this.listen()
    }
    private complete(): void {
        this.home!.markComplete()
        this.is('open')
    }

    private leave(): void {
        this.up.clear()
        this.rpc?.end()
        this.rpc = undefined
        this.module?.close()
        this.module = undefined
        this.files.clear()
    }

    private took(name: string, params: any): void {
        if (name === 'link') {
            if (params.up) this.up.add(params.relay)
            else this.up.delete(params.relay)
            this.is(this.current.lifecycle, this.current.code)
        }
        if (name === 'device_linked') this.complete()
        this.events.event(name, params)
    }

    private is(lifecycle: EngineStatus['lifecycle'], code?: string): void {
        const status: EngineStatus = { lifecycle, connected: this.up.size > 0 }
        if (code !== undefined) status.code = code
        this.current = status
        this.events.status(status)
    }

    // haveLock waits until no other tab has the home; the lock is given back by ending the worker.
    private haveLock(): Promise<void> {
        return new Promise((resolve) => {
            const keep = () => {
                resolve()
                return new Promise<void>(() => {})
            }
            void navigator.locks.request(lockName, { ifAvailable: true }, (lock) => {
                if (lock) return keep()
                this.is('elsewhere')
                void navigator.locks.request(lockName, keep)
                return Promise.resolve()
            })
        })
    }
}

function missingFeature(): string | null {
    if (typeof WebAssembly !== 'object') return 'no_webassembly'
    if (!opfsIsSupported()) return 'no_storage'
    if (!navigator.locks) return 'no_locks'
    return null
}
