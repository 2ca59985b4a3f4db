// What the user interface knows of the core: it runs in a worker, and this is how one talks to it.

export type Lifecycle =
    | 'starting'
    | 'empty'
    | 'locked'
    | 'open'
    | 'elsewhere'
    | 'unsupported'
    | 'failed'

export interface EngineStatus {
    lifecycle: Lifecycle
    code?: string
    connected?: boolean
}

export class EngineError extends Error {
    constructor(
        readonly code: string,
        message: string
    ) {
        super(message)
    }
}

export interface Engine {
    status(): EngineStatus
    onStatus(listener: (status: EngineStatus) => void): () => void
    create(options: {
        handle: string
        relays: string[]
        invite?: string
        passphrase: string | null
    }): Promise<{ words: string }>
    recover(options: { words: string; relay: string; passphrase: string | null }): Promise<void>
    linkDevice(options: { relays: string[]; passphrase: string | null }): Promise<void>
    unlock(passphrase: string): Promise<void>
    lock(): Promise<void>
    erase(): Promise<void>
    call(method: string, params?: object): Promise<unknown>
    onEvent(listener: (name: string, params: any) => void): () => void
    putFile?(file: Blob, name: string): Promise<string>
    getFile?(handle: string): Promise<Blob>
}

export function startEngine(): Engine {
    throw new EngineError('internal', 'the engine is not part of this build')
}
