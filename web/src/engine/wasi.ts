// What a wasm32-wasi module needs of a system, and no more: clocks, randomness, and the files of
// one home. Names and numbers are those of WASI preview 1.
import type { Home } from './opfs'

const success = 0
const errno = { badf: 8, exist: 20, inval: 28, io: 29, noent: 44, nospc: 51, nosys: 52, notdir: 54 }
const fileType = { directory: 3, regular: 4 }
const openFlag = { create: 1, directory: 2, exclusive: 4, truncate: 8 }

const homeFd = 3
const firstFd = 4
const homePath = '/home'
const randomPieceMax = 65536 // what getRandomValues gives at once

interface OpenFile {
    name: string | null // null: the home itself
    offset: number
}

// Exit is thrown where the module ends itself: one of its assertions failed.
export class Exit extends Error {
    constructor(readonly code: number) {
        super(`the engine ended with code ${code}`)
    }
}

export class Wasi {
    private readonly open = new Map<number, OpenFile>([[homeFd, { name: null, offset: 0 }]])
    private nextFd = firstFd
    private memory!: WebAssembly.Memory
    private said = ''

    constructor(
        private readonly home: Home,
        private readonly say: (text: string) => void
    ) {}

    attach(memory: WebAssembly.Memory): void {
        this.memory = memory
    }

    get imports(): WebAssembly.ModuleImports {
        const table: Record<string, (...given: any[]) => unknown> = {
            clock_time_get: (id: number, _precision: bigint, out: number) => {
                const ms = id === 0 ? Date.now() : performance.now()
                this.view.setBigUint64(out, BigInt(Math.round(ms * 1e6)), true)
                return success
            },
            random_get: (at: number, size: number) => {
                for (let done = 0; done < size; done += randomPieceMax) {
                    const piece = Math.min(size - done, randomPieceMax)
                    crypto.getRandomValues(this.bytes(at + done, piece))
                }
                return success
            },
            environ_sizes_get: (count: number, size: number) => this.zeros(count, size),
            environ_get: () => success,
            args_sizes_get: (count: number, size: number) => this.zeros(count, size),
            args_get: () => success,
            proc_exit: (code: number) => {
                throw new Exit(code)
            },
            fd_prestat_get: (fd: number, out: number) => {
                if (fd !== homeFd) return errno.badf
                this.view.setUint32(out, 0, true)
                this.view.setUint32(out + 4, homePath.length, true)
                return success
            },
            fd_prestat_dir_name: (_fd: number, at: number, size: number) => {
                this.bytes(at, size).set(new TextEncoder().encode(homePath).subarray(0, size))
                return success
            },
            fd_fdstat_get: (fd: number, out: number) => {
                const file = this.open.get(fd)
                if (!file) return errno.badf
                this.bytes(out, 24).fill(0)
                this.view.setUint8(out, file.name ? fileType.regular : fileType.directory)
                this.view.setBigUint64(out + 8, ~0n & 0xffffffffffffffffn, true)
                this.view.setBigUint64(out + 16, ~0n & 0xffffffffffffffffn, true)
                return success
            },
            fd_fdstat_set_flags: () => success,
            fd_close: (fd: number) => (this.open.delete(fd) ? success : errno.badf),
            fd_sync: (fd: number) => this.sync(fd),
            fd_datasync: (fd: number) => this.sync(fd),
            fd_read: (fd: number, list: number, count: number, out: number) =>
                this.move(fd, list, count, null, out, false),
            fd_pread: (fd: number, list: number, count: number, offset: bigint, out: number) =>
                this.move(fd, list, count, Number(offset), out, false),
            fd_write: (fd: number, list: number, count: number, out: number) =>
                fd <= 2
                    ? this.print(list, count, out)
                    : this.move(fd, list, count, null, out, true),
            fd_pwrite: (fd: number, list: number, count: number, offset: bigint, out: number) =>
                this.move(fd, list, count, Number(offset), out, true),
            fd_seek: (fd: number, offset: bigint, whence: number, out: number) => {
                const file = this.open.get(fd)
                if (!file?.name) return errno.badf
                const from = [0, file.offset, this.home.size(file.name)][whence] ?? 0
                file.offset = from + Number(offset)
                this.view.setBigUint64(out, BigInt(file.offset), true)
                return success
            },
            fd_filestat_get: (fd: number, out: number) => {
                const file = this.open.get(fd)
                return file ? this.stat(file.name, out) : errno.badf
            },
            fd_filestat_set_size: (fd: number, size: bigint) =>
                this.change(fd, (name) => this.home.truncate(name, Number(size))),
            path_filestat_get: (
                _fd: number,
                _flags: number,
                at: number,
                size: number,
                out: number
            ) => this.stat(this.nameAt(at, size), out),
            path_unlink_file: (_fd: number, at: number, size: number) => {
                const name = this.nameAt(at, size)
                if (!name || !this.home.exists(name)) return errno.noent
                return this.guarded(() => this.home.remove(name))
            },
            path_open: (
                _fd: number,
                _lookup: number,
                at: number,
                size: number,
                flags: number,
                _rights: bigint,
                _inheriting: bigint,
                _fdFlags: number,
                out: number
            ) => this.openAt(this.nameAt(at, size), flags, out)
        }
        // What the C library names and never calls here says so.
        return new Proxy(table, {
            get: (known, name: string) => known[name] ?? (() => errno.nosys)
        }) as WebAssembly.ModuleImports
    }

    private get view(): DataView {
        return new DataView(this.memory.buffer)
    }
    private bytes(at: number, size: number): Uint8Array<ArrayBuffer> {
        return new Uint8Array(this.memory.buffer as ArrayBuffer, at, size)
    }
    private zeros(...places: number[]): number {
        for (const at of places) this.view.setUint32(at, 0, true)
        return success
    }

    // nameAt gives null for the home itself.
    private nameAt(at: number, size: number): string | null {
        const path = new TextDecoder().decode(this.bytes(at, size).slice())
        return path === '' || path === '.' || path === './' ? null : path
    }

    private guarded(work: () => void): number {
        try {
            work()
            return success
        } catch (error) {
            const full = error instanceof DOMException && error.name === 'QuotaExceededError'
            return full ? errno.nospc : errno.io
        }
    }
    private change(fd: number, work: (name: string) => void): number {
        const name = this.open.get(fd)?.name
        return name ? this.guarded(() => work(name)) : errno.badf
    }

    private sync(fd: number): number {
        const file = this.open.get(fd)
        if (!file) return errno.badf
        const { name } = file
        return name ? this.guarded(() => this.home.flush(name)) : success
    }

    private openAt(name: string | null, flags: number, out: number): number {
        if (name !== null) {
            if (!this.home.has(name)) return errno.noent
            if (flags & openFlag.directory) return errno.notdir
            const exists = this.home.exists(name)
            if (!exists && !(flags & openFlag.create)) return errno.noent
            if (exists && flags & openFlag.exclusive) return errno.exist
            if (!exists) this.home.create(name)
            if (exists && flags & openFlag.truncate) {
                const status = this.guarded(() => this.home.truncate(name, 0))
                if (status !== success) return status
            }
        }
        const fd = this.nextFd++
        this.open.set(fd, { name, offset: 0 })
        this.view.setUint32(out, fd, true)
        return success
    }

    private stat(name: string | null, out: number): number {
        if (name !== null && !this.home.exists(name)) return errno.noent
        const status = success
        this.bytes(out, 64).fill(0)
        this.view.setUint8(out + 16, name ? fileType.regular : fileType.directory)
        this.view.setBigUint64(out + 24, 1n, true)
        if (name) this.view.setBigUint64(out + 32, BigInt(this.home.size(name)), true)
        return status
    }

    // move reads or writes a list of pieces, at the given offset or at the file's own.
    private move(
        fd: number,
        list: number,
        count: number,
        offset: number | null,
        out: number,
        writes: boolean
    ): number {
        const file = this.open.get(fd)
        if (!file?.name) return errno.badf
        const { name } = file
        let at = offset ?? file.offset
        let total = 0
        const status = this.guarded(() => {
            for (let i = 0; i < count; i++) {
                const piece = this.piece(list, i)
                const done = writes
                    ? this.home.write(name, piece, at)
                    : this.home.read(name, piece, at)
                at += done
                total += done
                if (done < piece.length) break
            }
        })
        if (status !== success) return status
        if (offset === null) file.offset = at
        this.view.setUint32(out, total, true)
        return success
    }

    private piece(list: number, index: number): Uint8Array<ArrayBuffer> {
        const at = this.view.getUint32(list + 8 * index, true)
        return this.bytes(at, this.view.getUint32(list + 8 * index + 4, true))
    }

    // print: an assertion says what failed before it ends the module.
    private print(list: number, count: number, out: number): number {
        let total = 0
        for (let i = 0; i < count; i++) {
            const piece = this.piece(list, i)
            this.said += new TextDecoder().decode(piece.slice())
            total += piece.length
        }
        const lines = this.said.split('\n')
        this.said = lines.pop() ?? ''
        for (const line of lines) this.say(line)
        this.view.setUint32(out, total, true)
        return success
    }
}
