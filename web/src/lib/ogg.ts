// Voice memos are Opus in Ogg (docs/spec/content.md). Chromium records the same Opus in WebM: this
// moves the packets from one container to the other and leaves the sound as it is.
//
// WebM: RFC 9559 and RFC 8794, as far as a recording of one Opus track has it. Ogg: RFC 3533 and
// RFC 7845. What is read was recorded here a moment ago, and is checked all the same.

// Ten minutes at the highest rate that browsers choose are 20 MB.
const size_max = 32 * 1024 * 1024
// RFC 7845 section 6: players need not take larger ones.
const packet_size_max = 61_440
const head_size = { min: 19, max: 276 }
const packets_per_page = 50
const segments_max = 255
const end_of_stream = 4
const start_of_stream = 2

const ids = {
    segment: 0x18538067,
    tracks: 0x1654ae6b,
    track: 0xae,
    codec_private: 0x63a2,
    cluster: 0x1f43b675,
    block_group: 0xa0,
    block: 0xa1,
    simple_block: 0xa3
}
// What is inside of these is read as if it stood beside them, so that unknown sizes do no harm.
const opened: number[] = [ids.segment, ids.tracks, ids.track, ids.cluster, ids.block_group]

function refuse(): never {
    throw new Error('this is no recording of Opus in WebM')
}

// A number of EBML: the zeros before the first one tell how many bytes it has. Names of elements
// keep that one, sizes do not.
function number_at(bytes: Uint8Array, at: number, is_name: boolean): [number, number] {
    const first = bytes[at] ?? 0
    const size = Math.clz32(first) - 23
    if (size > (is_name ? 4 : 8) || at + size > bytes.length) refuse()
    let value = is_name ? first : first & (255 >> size)
    for (let i = 1; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0)
    return [value, size]
}

// Gives the head and the packets of the only track.
function read_webm(bytes: Uint8Array): { head: Uint8Array; packets: Uint8Array[] } {
    let head: Uint8Array | null = null
    const packets: Uint8Array[] = []
    for (let at = 0; at < bytes.length; ) {
        const [id, id_size] = number_at(bytes, at, true)
        const [size, size_size] = number_at(bytes, at + id_size, false)
        at += id_size + size_size
        if (opened.includes(id)) continue
        if (size > bytes.length - at) refuse()
        const content = bytes.subarray(at, at + size)
        at += size
        if (id === ids.codec_private) head = content
        if (id === ids.simple_block || id === ids.block) packets.push(packet_of(content))
    }
    if (!head || head.length < head_size.min || head.length > head_size.max) refuse()
    if (new TextDecoder().decode(head.subarray(0, 8)) !== 'OpusHead') refuse()
    if (packets.length === 0) refuse()
    return { head, packets }
}

// Number of the track, two bytes of time, flags; no lacing.
function packet_of(block: Uint8Array): Uint8Array {
    const [, track_size] = number_at(block, 0, false)
    const flags = block[track_size + 2]
    const packet = block.subarray(track_size + 3)
    if (flags === undefined || (flags & 6) !== 0) refuse()
    if (packet.length === 0 || packet.length > packet_size_max) refuse()
    return packet
}

// Samples at 48 kHz in a packet, by its first bytes (RFC 6716 section 3.1).
export function samples_in(packet: Uint8Array): number {
    const toc = packet[0] ?? 0
    const config = toc >> 3
    const silk = [480, 960, 1920, 2880][config & 3] ?? 0
    const hybrid = [480, 960][config & 1] ?? 0
    const celt = [120, 240, 480, 960][config & 3] ?? 0
    const frame = config < 12 ? silk : config < 16 ? hybrid : celt
    const frames = (toc & 3) === 0 ? 1 : (toc & 3) < 3 ? 2 : (packet[1] ?? 0) & 63
    return frame * frames
}

const crc_table = Uint32Array.from({ length: 256 }, (_, i) => {
    let value = i << 24
    for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0)
    return value
})

export function ogg_crc(bytes: Uint8Array): number {
    let crc = 0
    for (const byte of bytes) crc = (crc << 8) ^ (crc_table[((crc >>> 24) ^ byte) & 255] ?? 0)
    return crc >>> 0
}

function page_of(packets: Uint8Array[], granule: number, sequence: number, kind: number) {
    const lengths: number[] = []
    for (const packet of packets) {
        for (let left = packet.length; left >= 0; left -= 255) lengths.push(Math.min(left, 255))
    }
    const size = packets.reduce((sum, packet) => sum + packet.length, 0)
    const page = new Uint8Array(27 + lengths.length + size)
    const view = new DataView(page.buffer)
    page.set(new TextEncoder().encode('OggS'))
    page[5] = kind
    view.setBigUint64(6, BigInt(granule), true)
    view.setUint32(14, 1, true) // the only stream
    view.setUint32(18, sequence, true)
    page[26] = lengths.length
    page.set(lengths, 27)
    let at = 27 + lengths.length
    for (const packet of packets) {
        page.set(packet, at)
        at += packet.length
    }
    view.setUint32(22, ogg_crc(page), true)
    return page
}

// OpusTags without a comment: who recorded with what is nobody's business.
function tags(): Uint8Array {
    const text = new TextEncoder().encode('OpusTags....Mayfly....')
    const view = new DataView(text.buffer)
    view.setUint32(8, 6, true)
    view.setUint32(18, 0, true)
    return text
}

function segments_of(packet: Uint8Array): number {
    return Math.floor(packet.length / 255) + 1
}

export function ogg_of_webm(webm: Uint8Array): Uint8Array<ArrayBuffer>[] {
    if (webm.length > size_max) refuse()
    const { head, packets } = read_webm(webm)
    const pages = [page_of([head], 0, 0, start_of_stream), page_of([tags()], 0, 1, 0)]
    let granule = 0
    let waiting: Uint8Array[] = []
    let segments = 0
    const flush = (kind: number) => {
        pages.push(page_of(waiting, granule, pages.length, kind))
        waiting = []
        segments = 0
    }
    for (const packet of packets) {
        const more = segments_of(packet)
        const full = waiting.length === packets_per_page || segments + more > segments_max
        if (full) flush(0)
        waiting.push(packet)
        segments += more
        granule += samples_in(packet)
    }
    flush(end_of_stream)
    return pages
}

// A memo as it is sent. What a browser records otherwise stays as it is, and its type says so.
export async function as_memo(recorded: Blob): Promise<Blob> {
    if (!recorded.type.startsWith('audio/webm')) return recorded
    const bytes = new Uint8Array(await recorded.arrayBuffer())
    return new Blob(ogg_of_webm(bytes), { type: 'audio/ogg' })
}
