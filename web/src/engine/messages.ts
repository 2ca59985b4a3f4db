// What the page and its worker say to each other.

export type Lifecycle =
    | 'starting' // being loaded
    | 'empty' // no account here: create, recover or linkDevice
    | 'locked' // waits for unlock
    | 'open'
    | 'elsewhere' // another tab of this browser has it
    | 'unsupported' // this browser cannot hold it; code says what is missing
    | 'erased' // nothing is here any more, and this page is of no further use
    | 'failed' // code says why

export interface EngineStatus {
    lifecycle: Lifecycle
    code?: string // an error of the core, or a reason
    connected?: boolean // some relay is connected
}

export interface Commands {
    create(options: CreateOptions): Promise<{ words: string }>
    recover(options: RecoverOptions): Promise<void>
    linkDevice(options: LinkOptions): Promise<{ link: string }>
    unlock(passphrase: string): Promise<void>
    lock(): Promise<void>
    erase(): Promise<void>
    changePassphrase(current: string | null, next: string): Promise<void>
    setDuress(options: DuressOptions): Promise<void>
    call(method: string, params?: object): Promise<unknown>
    putFile(file: Blob): Promise<string>
    getFile(handle: string): Promise<Blob>
}

export interface CreateOptions {
    handle?: string
    relays: string[]
    invite?: string
    name?: string
    passphrase: string | null
}
export interface RecoverOptions {
    words: string
    relay: string
    passphrase: string | null
}
export interface LinkOptions {
    relays: string[]
    passphrase: string | null
}

// `duress` is null to take away any that may be set.
export interface DuressOptions {
    current: string
    duress: string | null
    name: string
}

export type ToWorker =
    // The module that the page has compiled meanwhile; null: it could not.
    | { compiled: WebAssembly.Module | null }
    | { wake: true }
    | { id: number; command: keyof Commands; given: unknown[] }
export type FromWorker =
    | { status: EngineStatus }
    | { events: { name: string; params: unknown }[] }
    | { id: number; result: unknown }
    | { id: number; error: { code: string; message: string } }
