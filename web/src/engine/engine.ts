// What the user interface knows of the core: it runs in a worker, and this is how one talks to it.
// docs/spec/web.md
import { EngineError } from './error'
import type {
    Commands,
    CreateOptions,
    DuressOptions,
    EngineStatus,
    FromWorker,
    LinkOptions,
    RecoverOptions,
    ToWorker
} from './messages'
import workerUrl from './worker?worker&url'

export { EngineError } from './error'
export type { EngineStatus, Lifecycle } from './messages'

export interface Engine {
    status(): EngineStatus
    onStatus(listener: (status: EngineStatus) => void): () => void
    // create gives the recovery kit; it is never shown again.
    create(options: CreateOptions): Promise<{ words: string }>
    recover(options: RecoverOptions): Promise<void>
    // linkDevice gives the link that a device of the account takes. device_met then brings the
    // code, call('device.confirm') says that it is the same, and the status becomes 'open'.
    linkDevice(options: LinkOptions): Promise<{ link: string }>
    unlock(passphrase: string): Promise<void>
    lock(): Promise<void>
    // erase leaves nothing of the home; the status becomes 'erased'.
    erase(): Promise<void>
    // The current passphrase is null where there was none.
    changePassphrase(current: string | null, next: string): Promise<void>
    // setDuress makes a passphrase that destroys the account and shows an empty one.
    setDuress(options: DuressOptions): Promise<void>
    // call is a method of docs/rpc-schema.json, without `account`.
    call(method: string, params?: object): Promise<unknown>
    // onEvent gives the notifications; what came before the first listener is kept for it.
    onEvent(listener: (name: string, params: any) => void): () => void
    // putFile gives what send_file and send_voice take as `file`; the Blob must live until they
    // have answered. getFile gives what `download` brought, once, by its `handle`; it has no type.
    putFile(file: Blob): Promise<string>
    getFile(handle: string): Promise<Blob>
}

const moduleName = 'mayfly.wasm'

// Trusted Types: the worker's own address is the only script that is ever loaded by name.
function trusted(url: string): string {
    const types = (globalThis as any).trustedTypes
    if (!types) return url
    return types
        .createPolicy('mayfly-engine', { createScriptURL: (given: string) => given })
        .createScriptURL(url)
}

class Listeners<T extends unknown[]> {
    private readonly all = new Set<(...given: T) => void>()
    add(listener: (...given: T) => void): () => void {
        this.all.add(listener)
        return () => this.all.delete(listener)
    }
    get none(): boolean {
        return this.all.size === 0
    }
    tell(...given: T): void {
        for (const listener of [...this.all]) listener(...given)
    }
}

async function compile(url: string): Promise<WebAssembly.Module | null> {
    if (typeof WebAssembly !== 'object') return null
    const answer = await fetch(url)
    if (!answer.ok) return null
    // A server that does not know the type gets the slower way.
    if (answer.headers.get('Content-Type') !== 'application/wasm') {
        return WebAssembly.compile(await answer.arrayBuffer())
    }
    return WebAssembly.compileStreaming(answer)
}

// startEngine makes the worker. Once a page.
export function startEngine(): Engine {
    const worker = new Worker(trusted(workerUrl), { type: 'module', name: 'mayfly' })
    const waiting = new Map<
        number,
        { resolve(result: any): void; reject(error: EngineError): void }
    >()
    const statusListeners = new Listeners<[EngineStatus]>()
    const eventListeners = new Listeners<[string, any]>()
    const early: [string, unknown][] = []
    let current: EngineStatus = { lifecycle: 'starting' }
    let nextId = 1

    const post = (message: ToWorker) => worker.postMessage(message)
    const become = (status: EngineStatus) => {
        // A browser under pressure erases what was not asked to be kept.
        if (status.lifecycle === 'open' && current.lifecycle !== 'open') {
            void navigator.storage?.persist?.()
        }
        current = status
        statusListeners.tell(status)
    }
    const run = <K extends keyof Commands>(command: K, ...given: unknown[]): any =>
        new Promise((resolve, reject) => {
            const id = nextId++
            waiting.set(id, { resolve, reject })
            post({ id, command, given })
        })

    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ('status' in data) return become(data.status)
        if ('events' in data) {
            for (const { name, params } of data.events) {
                if (eventListeners.none) early.push([name, params])
                else eventListeners.tell(name, params)
            }
            return
        }
        const one = waiting.get(data.id)
        waiting.delete(data.id)
        if ('error' in data) one?.reject(new EngineError(data.error.code, data.error.message))
        else one?.resolve(data.result)
    }
    worker.onerror = () => become({ lifecycle: 'failed', code: 'engine_not_loaded' })
    document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') post({ wake: true })
    })
    // Compiled here while the worker is still being made, which takes about as long.
    void compile(new URL(moduleName, document.baseURI).href)
        .catch(() => null)
        .then((compiled) => post({ compiled }))

    return {
        status: () => current,
        onStatus: (listener) => statusListeners.add(listener),
        create: (options) => run('create', options),
        recover: (options) => run('recover', options),
        linkDevice: (options) => run('linkDevice', options),
        unlock: (passphrase) => run('unlock', passphrase),
        lock: () => run('lock'),
        erase: () => run('erase'),
        changePassphrase: (current, next) => run('changePassphrase', current, next),
        setDuress: (options) => run('setDuress', options),
        call: (method, params) => run('call', method, params),
        putFile: (file) => run('putFile', file),
        getFile: (handle) => run('getFile', handle),
        onEvent: (listener) => {
            const remove = eventListeners.add(listener)
            for (const [name, params] of early.splice(0)) listener(name, params)
            return remove
        }
    }
}
