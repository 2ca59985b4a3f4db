// What a person sends and receives, for the module: Blobs, never files on a disk of ours, so that
// nothing readable stays behind. They end with the page, and with them a transfer that is under
// way: a download begins anew, an upload ends with `file_unreadable`.

const prefix = 'file:'
// Pieces of a download are handed to the browser as Blobs of this size: it keeps those on its disk.
const partSize = 4 * 1024 * 1024

// What the DOM's types say only of workers.
declare class FileReaderSync {
    readAsArrayBuffer(blob: Blob): ArrayBuffer
}

class Draft {
    private readonly parts: Blob[] = []
    private pieces: Uint8Array<ArrayBuffer>[] = []
    private pending = 0
    size = 0

    add(bytes: Uint8Array<ArrayBuffer>): void {
        this.pieces.push(bytes)
        this.pending += bytes.length
        this.size += bytes.length
        if (this.pending >= partSize) this.seal()
    }
    whole(): Blob {
        this.seal()
        return new Blob(this.parts)
    }
    private seal(): void {
        this.parts.push(new Blob(this.pieces))
        this.pieces = []
        this.pending = 0
    }
}

export class Files {
    private readonly sources = new Map<string, Blob>()
    private readonly drafts = new Map<string, Draft>()
    private readonly fetched = new Map<string, Blob>()

    // put gives what send_file and send_voice take.
    put(blob: Blob): string {
        const name = prefix + crypto.randomUUID()
        this.sources.set(name, blob)
        return name
    }
    release(name: string): void {
        this.sources.delete(name)
    }
    // take gives what download brought, once.
    take(name: string): Blob | undefined {
        const blob = this.fetched.get(name)
        this.fetched.delete(name)
        return blob
    }

    size(name: string): number {
        return this.sources.get(name)?.size ?? -1
    }
    read(name: string, offset: number, to: Uint8Array<ArrayBuffer>): number {
        const blob = this.sources.get(name)
        if (!blob) return 0
        try {
            const part = blob.slice(offset, offset + to.length)
            const bytes = new Uint8Array(new FileReaderSync().readAsArrayBuffer(part))
            to.set(bytes)
            return bytes.length
        } catch {
            return 0 // a file of the person's that has changed or is gone
        }
    }
    begin(name: string, kept: number): boolean {
        if (kept > 0) return this.drafts.get(name)?.size === kept
        this.drafts.set(name, new Draft())
        return true
    }
    write(name: string, offset: number, bytes: Uint8Array<ArrayBuffer>): boolean {
        const draft = this.drafts.get(name)
        if (draft?.size !== offset) return false
        draft.add(bytes)
        return true
    }
    finish(name: string): boolean {
        const draft = this.drafts.get(name)
        if (!draft) return false
        this.drafts.delete(name)
        this.fetched.set(name, draft.whole())
        return true
    }
    discard(name: string): void {
        this.drafts.delete(name)
    }
    clear(): void {
        for (const held of [this.sources, this.drafts, this.fetched]) held.clear()
    }
}
