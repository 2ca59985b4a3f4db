// An engine in memory, for tests and for looking at the interface: it has every feature that the
// interface can show. It is in no bundle that is served.
import type { Known } from '../../src/api/api'
import { method_names } from '../../src/api/api'
import { known } from '../../src/api/generated_known'
import type { Engine, EngineStatus } from '../../src/engine/engine'
import { EngineError } from '../../src/engine/error'
import { type Json, World } from './world'

export const fake_known: Known = {
    ...known,
    ...Object.fromEntries(Object.values(method_names).map((name) => [name, []])),
    send: [...known.send, 'reply_to'],
    'group.change': [...known['group.change'], 'expire_seconds_max', 'avatar']
}

const words = 'kagit napot nizij lizil humid pidum doguz rapus kozap'

export class FakeEngine implements Engine {
    readonly world: World
    private listeners = new Set<(status: EngineStatus) => void>()
    private events = new Set<(name: string, params: any) => void>()
    private current: EngineStatus
    private passphrase: string | null = null
    private files = new Map<string, Blob>()

    constructor(status: EngineStatus, world = new World()) {
        this.current = status
        this.world = world
        world.tell = (name, params) => this.tell(name, params)
    }

    status = () => this.current

    onStatus(listener: (status: EngineStatus) => void): () => void {
        this.listeners.add(listener)
        return () => this.listeners.delete(listener)
    }

    onEvent(listener: (name: string, params: any) => void): () => void {
        this.events.add(listener)
        return () => this.events.delete(listener)
    }

    become(status: EngineStatus): void {
        this.current = status
        for (const listener of this.listeners) listener(status)
    }

    tell(name: string, params: object): void {
        for (const listener of this.events) listener(name, params)
    }

    async create(options: { handle: string; relays: string[]; passphrase: string | null }) {
        await later(120)
        if (options.handle === 'taken') throw new EngineError('handle_taken', 'taken')
        this.passphrase = options.passphrase
        this.world.me = { ...this.world.me, name: options.handle }
        this.become({ lifecycle: 'open', connected: true })
        return { words }
    }

    async recover(options: { words: string }): Promise<void> {
        await later(120)
        if (options.words.trim() !== words) throw new EngineError('invalid_argument', 'words')
        this.become({ lifecycle: 'open', connected: true })
    }

    async linkDevice(): Promise<{ link: string }> {
        await later(50)
        return { link: `mayfly-device:${'AUBEMTI3'.repeat(12)}` }
    }

    async unlock(passphrase: string): Promise<void> {
        await later(80)
        if (passphrase !== (this.passphrase ?? 'correct')) {
            throw new EngineError('wrong_passphrase', 'wrong')
        }
        this.become({ lifecycle: 'open', connected: true })
    }

    async lock(): Promise<void> {
        this.become({ lifecycle: 'locked' })
    }

    async erase(): Promise<void> {
        this.become({ lifecycle: 'erased' })
    }

    async changePassphrase(current: string | null, next: string): Promise<void> {
        await later(80)
        if (this.passphrase !== current) throw new EngineError('wrong_passphrase', 'wrong')
        this.passphrase = next
    }

    async setDuress(options: { current: string; duress: string | null }): Promise<void> {
        await later(80)
        if (options.duress === options.current) throw new EngineError('passphrase_in_use', 'same')
    }

    async call(method: string, params: object = {}): Promise<unknown> {
        await later(1)
        const action = this.world.methods[method]
        if (!action) throw new EngineError('internal', `no method ${method}`)
        return structuredClone(action(params as Json))
    }

    async putFile(file: Blob): Promise<string> {
        const handle = `file ${this.files.size}`
        this.files.set(handle, file)
        this.world.sizes.set(handle, file.size)
        return handle
    }

    async getFile(handle: string): Promise<Blob> {
        const file = this.files.get(handle)
        if (!file) throw new EngineError('unknown_blob', 'gone')
        return file
    }
}

function later(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
}
