// Pictures of screens, compared with how they were: a picture becomes the mean brightness of its
// blocks, which is small enough to be kept in the repository and forgives what differs from one
// machine to the next at the edges of letters.
import { readFileSync, writeFileSync } from 'node:fs'
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const block = 16
// Of 255. Text that moved by a few pixels or got another colour changes more than this.
const change_min = 10
// So many blocks may change: a caret, a pixel of an antialiased edge.
const changes_max = 4

// --- PNG, as far as browsers write it: eight bits, colours, not interlaced

export function decode_png(file) {
    let header = null
    const data = []
    for (let at = 8; at < file.length; ) {
        const size = file.readUInt32BE(at)
        const kind = file.toString('latin1', at + 4, at + 8)
        const content = file.subarray(at + 8, at + 8 + size)
        if (kind === 'IHDR') header = content
        if (kind === 'IDAT') data.push(content)
        at += size + 12
    }
    const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
    const samples = { 2: 3, 6: 4 }[header[9]]
    if (header[8] !== 8 || !samples || header[12] !== 0) throw new Error('not such a PNG')
    const raw = inflateSync(Buffer.concat(data))
    const line = width * samples
    const pixels = new Uint8Array(height * line)
    for (let y = 0; y < height; y++) unfilter(raw, y * (line + 1), pixels, y * line, line, samples)
    return { width, height, samples, pixels }
}

function paeth(left, up, corner) {
    const guess = left + up - corner
    const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one))
    if (a <= b && a <= c) return left
    return b <= c ? up : corner
}

function unfilter(raw, from, pixels, to, line, samples) {
    const filter = raw[from]
    for (let x = 0; x < line; x++) {
        const left = x >= samples ? pixels[to + x - samples] : 0
        const up = to >= line ? pixels[to + x - line] : 0
        const corner = x >= samples && to >= line ? pixels[to + x - line - samples] : 0
        const guess = [0, left, up, (left + up) >> 1, filter === 4 ? paeth(left, up, corner) : 0]
        pixels[to + x] = raw[from + 1 + x] + guess[filter]
    }
}

function chunk(kind, content) {
    const whole = Buffer.alloc(content.length + 12)
    whole.writeUInt32BE(content.length, 0)
    whole.write(kind, 4, 'latin1')
    content.copy(whole, 8)
    whole.writeUInt32BE(crc32(whole.subarray(4, -4)), content.length + 8)
    return whole
}

export function encode_png(width, height, rgb) {
    const header = Buffer.alloc(13)
    header.writeUInt32BE(width, 0)
    header.writeUInt32BE(height, 4)
    header.set([8, 2], 8)
    const raw = Buffer.alloc(height * (3 * width + 1))
    for (let y = 0; y < height; y++) {
        raw.set(rgb.subarray(3 * width * y, 3 * width * (y + 1)), y * (3 * width + 1) + 1)
    }
    return Buffer.concat([
        Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
        chunk('IHDR', header),
        chunk('IDAT', deflateSync(raw)),
        chunk('IEND', Buffer.alloc(0))
    ])
}

// --- blocks

function brightness(picture, x, y) {
    const at = (y * picture.width + x) * picture.samples
    const [red, green, blue] = picture.pixels.subarray(at, at + 3)
    return 0.299 * red + 0.587 * green + 0.114 * blue
}

export function blocks_of(picture) {
    const columns = Math.ceil(picture.width / block)
    const rows = Math.ceil(picture.height / block)
    const sums = new Float64Array(columns * rows)
    const counts = new Uint32Array(columns * rows)
    for (let y = 0; y < picture.height; y++) {
        for (let x = 0; x < picture.width; x++) {
            const at = Math.floor(y / block) * columns + Math.floor(x / block)
            sums[at] += brightness(picture, x, y)
            counts[at]++
        }
    }
    return { columns, rows, values: Uint8Array.from(sums, (sum, at) => sum / counts[at]) }
}

// Which blocks are not as they were; null where the size is another.
export function changes(before, now) {
    if (before.columns !== now.columns || before.rows !== now.rows) return null
    const found = []
    for (const [at, value] of now.values.entries()) {
        if (Math.abs(value - before.values[at]) >= change_min) found.push(at)
    }
    return found
}

// What differs in red, over a pale picture of how it is now.
export function picture_of_changes(picture, columns, found) {
    const rgb = new Uint8Array(3 * picture.width * picture.height)
    const red = new Set(found)
    for (let y = 0; y < picture.height; y++) {
        for (let x = 0; x < picture.width; x++) {
            const pale = 128 + brightness(picture, x, y) / 2
            const differs = red.has(Math.floor(y / block) * columns + Math.floor(x / block))
            const colour = differs ? [255, pale / 2, pale / 2] : [pale, pale, pale]
            rgb.set(colour, 3 * (y * picture.width + x))
        }
    }
    return encode_png(picture.width, picture.height, rgb)
}

// --- the file of all

export class Baseline {
    constructor(path, update) {
        this.path = path
        this.update = update
        const text = readFileSync(path, { encoding: 'utf8', flag: 'a+' })
        this.screens = text === '' ? {} : JSON.parse(text).screens
    }

    // Null where the picture is as it was, else what differs, as words and as a picture.
    compare(name, file) {
        const picture = decode_png(file)
        const now = blocks_of(picture)
        if (this.update) {
            const values = deflateSync(now.values, { level: 9 }).toString('base64')
            this.screens[name] = [now.columns, now.rows, values]
            return null
        }
        if (!this.screens[name]) return { words: 'it is new', picture: null }
        const [columns, rows, values] = this.screens[name]
        const before = { columns, rows, values: inflateSync(Buffer.from(values, 'base64')) }
        const found = changes(before, now)
        if (found === null) return { words: 'its size is another', picture: null }
        if (found.length <= changes_max) return null
        return {
            words: `${found.length} of ${now.values.length} blocks differ`,
            picture: picture_of_changes(picture, columns, found)
        }
    }

    save() {
        if (!this.update) return
        const names = Object.keys(this.screens).sort()
        const lines = names.map(
            (name) => `${JSON.stringify(name)}: ${JSON.stringify(this.screens[name])}`
        )
        writeFileSync(this.path, `{"screens": {\n${lines.join(',\n')}\n}}\n`)
    }
}
