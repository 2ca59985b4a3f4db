// The files of one home in the browser's private file system. A worker has synchronous access to
// files that were opened before, so the set of names is fixed and all are opened at the start.
//
// A file that is there and empty counts as absent when a home is opened: docs/spec/web.md
// section 3.

// What the DOM's types say only of workers.
interface SyncFile {
    read(to: Uint8Array<ArrayBuffer>, options: { at: number }): number
    write(from: Uint8Array<ArrayBuffer>, options: { at: number }): number
    truncate(size: number): void
    flush(): void
    getSize(): number
    close(): void
}
type FileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncFile> }

// `complete` is ours: an account was made, or taken over, to the end.
export const fileNames = [
    'store.header',
    'store.header.new',
    'store.key',
    'store.db',
    'store.db-wal',
    'store.db-journal',
    'store.sum',
    'complete'
]
const folderName = 'mayfly'
// A worker that was just ended may hold its files a little longer: 10 s, on a busy machine.
const openAttempts = 200
const openRetryMs = 50
const wipePieceSize = 65536

export function opfsIsSupported(): boolean {
    return (
        typeof navigator.storage?.getDirectory === 'function' &&
        typeof FileSystemFileHandle === 'function' &&
        'createSyncAccessHandle' in FileSystemFileHandle.prototype
    )
}

export class Home {
    private readonly existing = new Set<string>()

    private constructor(private readonly files: Map<string, SyncFile>) {
        for (const [name, file] of files) if (file.getSize() > 0) this.existing.add(name)
    }

    static async open(): Promise<Home> {
        const root = await navigator.storage.getDirectory()
        const folder = await root.getDirectoryHandle(folderName, { create: true })
        const open = async (name: string): Promise<[string, SyncFile]> => {
            const handle = (await folder.getFileHandle(name, { create: true })) as FileHandle
            return [name, await openFile(handle)]
        }
        return new Home(new Map(await Promise.all(fileNames.map(open))))
    }

    close(): void {
        for (const file of this.files.values()) file.close()
        this.files.clear()
    }

    has(name: string): boolean {
        return this.files.has(name)
    }
    exists(name: string): boolean {
        return this.existing.has(name)
    }
    create(name: string): void {
        this.existing.add(name)
    }
    remove(name: string): void {
        const file = this.file(name)
        file.truncate(0)
        file.flush()
        this.existing.delete(name)
    }

    size(name: string): number {
        return this.file(name).getSize()
    }
    read(name: string, to: Uint8Array<ArrayBuffer>, at: number): number {
        return this.file(name).read(to, { at })
    }
    write(name: string, from: Uint8Array<ArrayBuffer>, at: number): number {
        return this.file(name).write(from, { at })
    }
    truncate(name: string, size: number): void {
        this.file(name).truncate(size)
    }
    flush(name: string): void {
        this.file(name).flush()
    }

    get isComplete(): boolean {
        return this.exists('complete')
    }
    markComplete(): void {
        this.write('complete', new Uint8Array([1]), 0)
        this.flush('complete')
        this.create('complete')
    }

    // erase leaves no file behind, and this home cannot be used again.
    async erase(): Promise<void> {
        this.wipe()
        this.close()
        const root = await navigator.storage.getDirectory()
        await root.removeEntry(folderName, { recursive: true })
    }

    // wipe overwrites everything with zeros, the keys first, and leaves an empty home.
    wipe(): void {
        for (const name of fileNames) {
            const file = this.file(name)
            const zeros = new Uint8Array(wipePieceSize)
            for (let at = 0, size = file.getSize(); at < size; at += wipePieceSize) {
                file.write(zeros.subarray(0, Math.min(wipePieceSize, size - at)), { at })
            }
            file.flush()
            this.remove(name)
        }
    }

    private file(name: string): SyncFile {
        const file = this.files.get(name)
        if (!file) throw new Error(`no file ${name}`)
        return file
    }
}

async function openFile(handle: FileHandle): Promise<SyncFile> {
    for (let attempt = 1; ; attempt++) {
        try {
            return await handle.createSyncAccessHandle()
        } catch (error) {
            if (attempt === openAttempts) throw error
            await new Promise((resolve) => setTimeout(resolve, openRetryMs))
        }
    }
}
