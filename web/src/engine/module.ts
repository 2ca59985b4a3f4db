// mayfly.wasm with its imports: what apps/web/main.cpp exports, in terms of this language.
import { EngineError } from './error'
import type { Files } from './files'
import { Links } from './links'
import type { Home } from './opfs'
import { Wasi } from './wasi'

interface Exports {
    memory: WebAssembly.Memory
    _initialize(): void
    buffer(size: number): number
    protection(): number
    create(passphraseSize: number): number
    open(passphraseSize: number): number
    change_passphrase(currentSize: number, nextSize: number): number
    set_duress(currentSize: number, nameSize: number, duressSize: number): number
    close(): void
    error_name(code: number): number
    receive(size: number): void
    next_line(): number
    line_size(): number
    link_up(relaySize: number): void
    link_down(relaySize: number, closed: number): void
    group_begin(): void
    frame(relaySize: number, frameSize: number): void
    group_end(): void
    timer(): void
    next_timer(): number
}

export type Protection = 'none' | 'passphrase' | 'key'

export interface ModuleEvents {
    line(text: string): void
    // The module ended itself, or did what it must not: nothing of it can be used any more.
    failed(error: unknown): void
}

const timerMax = 0x7fffffff // what setTimeout takes
// Frames and requests that take effect at a time: many for one wait for the disk, few enough that
// the first ones are not waited for.
const groupMax = 64
const noPassphrase = -1

export class Module {
    private readonly exports: Exports
    private timer: ReturnType<typeof setTimeout> | undefined
    private readonly waiting: ((own: Module) => void)[] = []
    // A turn of the event loop later, without the delay that timers have.
    private readonly turn = new MessageChannel()
    private over = false

    private constructor(
        instance: WebAssembly.Instance,
        private readonly events: ModuleEvents
    ) {
        this.exports = instance.exports as unknown as Exports
        this.turn.port1.onmessage = () => this.wake()
    }

    static async start(
        compiled: WebAssembly.Module,
        home: Home,
        files: Files,
        events: ModuleEvents
    ): Promise<Module> {
        const wasi = new Wasi(home, (text) => console.error(`mayfly: ${text}`))
        let module: Module | undefined
        // Never from within a call: the core may be in the middle of a step.
        const later = (isCurrent: () => boolean, work: (own: Module) => void) =>
            module?.later((own) => isCurrent() && work(own))
        const links = new Links({
            up: (relay, isCurrent) =>
                later(isCurrent, (own) => own.exports.link_up(own.put(relay))),
            down: (relay, closed, isCurrent) =>
                later(isCurrent, (own) => own.exports.link_down(own.put(relay), closed)),
            frame: (relay, frame, isCurrent) =>
                later(isCurrent, (own) =>
                    own.exports.frame(own.put(relay, frame), frame.length)
                )
        })
        let memory!: WebAssembly.Memory
        const bytes = (at: number, size: number) =>
            new Uint8Array(memory.buffer as ArrayBuffer, at, size)
        const text = (at: number, size: number) => new TextDecoder().decode(bytes(at, size))
        const instance = await WebAssembly.instantiate(compiled, {
            wasi_snapshot_preview1: wasi.imports,
            mayfly: {
                link_connect: (at: number, size: number) => links.connect(text(at, size)),
                link_send: (at: number, size: number, frame: number, frameSize: number) =>
                    links.send(text(at, size), bytes(frame, frameSize)),
                link_close: (at: number, size: number) => links.close(text(at, size)),
                file_size: (at: number, size: number) => files.size(text(at, size)),
                file_read: (
                    at: number,
                    size: number,
                    offset: number,
                    to: number,
                    wanted: number
                ) => files.read(text(at, size), offset, bytes(to, wanted)),
                file_begin: (at: number, size: number, kept: number) =>
                    Number(files.begin(text(at, size), kept)),
                file_write: (
                    at: number,
                    size: number,
                    offset: number,
                    from: number,
                    count: number
                ) => Number(files.write(text(at, size), offset, bytes(from, count).slice())),
                file_finish: (at: number, size: number) => Number(files.finish(text(at, size))),
                file_discard: (at: number, size: number) => files.discard(text(at, size))
            }
        })
        module = new Module(instance, events)
        memory = module.exports.memory
        wasi.attach(memory)
        module.exports._initialize()
        return module
    }

    // protection throws an EngineError for a home that is damaged or too new.
    protection(): Protection {
        const given = this.exports.protection()
        if (given === 1) return 'passphrase'
        if (given === 2) return 'key'
        const code = this.errorName(-1 - given)
        if (code === 'no_account') return 'none'
        throw new EngineError(code)
    }

    create(passphrase: string | null): void {
        this.check(this.exports.create(this.putPassphrase(passphrase)))
        this.settle()
    }
    open(passphrase: string | null): void {
        this.check(this.exports.open(this.putPassphrase(passphrase)))
        this.settle()
    }

    changePassphrase(current: string | null, next: string): void {
        const [first, second] = this.putTexts(current ?? '', next)
        const given = current === null ? noPassphrase : first!
        this.check(this.exports.change_passphrase(given, second!))
    }
    setDuress(current: string, name: string, duress: string | null): void {
        const [first, second, third] = this.putTexts(current, name, duress ?? '')
        const given = duress === null ? noPassphrase : third!
        this.check(this.exports.set_duress(first!, second!, given))
    }

    receive(line: string): void {
        this.later((own) => own.exports.receive(own.put(line)))
    }

    // close ends it for good, and leaves nothing readable in its memory.
    close(): void {
        if (this.over) return
        this.over = true
        clearTimeout(this.timer)
        this.turn.port1.close()
        try {
            this.exports.close()
        } finally {
            new Uint8Array(this.exports.memory.buffer).fill(0)
        }
    }

    // What comes one right after the other takes effect together: the disk is the slow part.
    private later(work: (own: Module) => void): void {
        if (this.waiting.push(work) === 1) this.turn.port2.postMessage(null)
    }

    private takeGroup(): void {
        const some = this.waiting.splice(0, groupMax)
        if (some.length === 0) return
        if (this.waiting.length > 0) this.turn.port2.postMessage(null)
        this.exports.group_begin()
        for (const one of some) one(this)
        this.exports.group_end()
    }

    // wake lets what waits take effect, and what is due: timers of a page that slept come late.
    wake(): void {
        if (this.over) return
        try {
            this.takeGroup()
            this.exports.timer()
            this.settle()
        } catch (error) {
            this.over = true
            clearTimeout(this.timer)
            this.events.failed(error)
        }
    }

    // settle hands out what the module has to say and sets the clock for what is due next.
    private settle(): void {
        for (let at = this.exports.next_line(); at !== 0; at = this.exports.next_line()) {
            const size = this.exports.line_size()
            this.events.line(
                new TextDecoder().decode(new Uint8Array(this.exports.memory.buffer, at, size))
            )
        }
        clearTimeout(this.timer)
        const due = this.exports.next_timer()
        if (due < 0) return
        const wait = Math.min(Math.max(due - Date.now(), 0), timerMax)
        this.timer = setTimeout(() => this.wake(), wait)
    }

    // put fills the module's buffer and gives the size of the text, which comes first.
    private put(text: string, bytes: Uint8Array = new Uint8Array()): number {
        const encoded = new TextEncoder().encode(text)
        const size = encoded.length + bytes.length
        const to = new Uint8Array(this.exports.memory.buffer, this.exports.buffer(size), size)
        to.set(encoded)
        to.set(bytes, encoded.length)
        return encoded.length
    }
    // putTexts fills it with one text behind the other, and gives their sizes.
    private putTexts(...texts: string[]): number[] {
        const encoded = texts.map((text) => new TextEncoder().encode(text))
        this.put(texts[0]!, new TextEncoder().encode(texts.slice(1).join('')))
        return encoded.map((one) => one.length)
    }
    private putPassphrase(passphrase: string | null): number {
        return passphrase === null ? noPassphrase : this.put(passphrase)
    }

    private check(code: number): void {
        if (code >= 0) throw new EngineError(this.errorName(code))
    }
    private errorName(code: number): string {
        const at = this.exports.error_name(code)
        const bytes = new Uint8Array(this.exports.memory.buffer)
        return new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at)))
    }
}
