import { expect, test } from 'vitest'
import { ogg_crc, ogg_of_webm, samples_in } from '../../src/lib/ogg'

// --- a WebM file, as browsers write it

const bytes = (...all: (number | number[] | Uint8Array | string)[]) =>
    new Uint8Array(
        all.flatMap((one) =>
            typeof one === 'string'
                ? [...new TextEncoder().encode(one)]
                : typeof one === 'number'
                  ? [one]
                  : [...one]
        )
    )
const open_ended = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
const long_size = (size: number) => [0x01, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255]
const element = (id: number[], content: Uint8Array) => bytes(id, long_size(content.length), content)
const head = bytes('OpusHead', 1, 1, [56, 1], [0x80, 0xbb, 0, 0], [0, 0], 0)
const block = (packet: Uint8Array, flags = 0x80) =>
    element([0xa3], bytes(0x81, [0, 0], flags, packet))

function webm(packets: Uint8Array[], codec = head): Uint8Array {
    const track = element(
        [0xae],
        bytes(element([0x86], bytes('A_OPUS')), element([0x63, 0xa2], codec))
    )
    const cluster = bytes(
        [0x1f, 0x43, 0xb6, 0x75],
        open_ended,
        element([0xe7], bytes(0)),
        ...packets.map((packet) => block(packet))
    )
    return bytes(
        element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], bytes('webm'))),
        [0x18, 0x53, 0x80, 0x67],
        open_ended,
        element([0x16, 0x54, 0xae, 0x6b], track),
        cluster
    )
}

// --- an Ogg file, read by other code than it was written by

interface Page {
    kind: number
    granule: number
    sequence: number
    packets: Uint8Array[]
}

function crc_by_bits(page: Uint8Array): number {
    let crc = 0
    for (const byte of page) {
        for (let bit = 7; bit >= 0; bit--) {
            const top = (crc >>> 31) ^ ((byte >> bit) & 1)
            crc = ((crc << 1) ^ (top ? 0x04c11db7 : 0)) >>> 0
        }
    }
    return crc
}

function pages_of(ogg: Uint8Array): Page[] {
    const pages: Page[] = []
    for (let at = 0; at < ogg.length; ) {
        const view = new DataView(ogg.buffer, ogg.byteOffset + at)
        expect(new TextDecoder().decode(ogg.subarray(at, at + 4))).toBe('OggS')
        const count = ogg[at + 26] as number
        const lengths = [...ogg.subarray(at + 27, at + 27 + count)]
        const size = 27 + count + lengths.reduce((sum, one) => sum + one, 0)
        const whole = ogg.slice(at, at + size)
        whole.fill(0, 22, 26)
        expect(view.getUint32(22, true)).toBe(crc_by_bits(whole))
        const packets: Uint8Array[] = []
        let from = at + 27 + count
        let length = 0
        for (const one of lengths) {
            length += one
            if (one === 255) continue
            packets.push(ogg.slice(from, from + length))
            from += length
            length = 0
        }
        expect(length, 'a packet goes on in the next page').toBe(0)
        pages.push({
            kind: ogg[at + 5] as number,
            granule: Number(view.getBigInt64(6, true)),
            sequence: view.getUint32(18, true),
            packets
        })
        at += size
    }
    return pages
}

const joined = (parts: Uint8Array[]) => bytes(...parts)
// 20 ms of CELT in one frame.
const packet_of = (size: number, fill: number) => bytes(31 << 3, new Array(size - 1).fill(fill))

test('packets_of_a_recording_come_out_as_they_went_in', () => {
    const sizes = [1, 40, 254, 255, 256, 510, 1275, ...new Array(200).fill(120)]
    const packets = sizes.map((size, at) => packet_of(size, at & 255))
    const pages = pages_of(joined(ogg_of_webm(webm(packets))))
    expect(pages[0]?.packets).toEqual([head])
    expect(new TextDecoder().decode(pages[1]?.packets[0]?.subarray(0, 8))).toBe('OpusTags')
    expect(pages.slice(2).flatMap((page) => page.packets)).toEqual(packets)
    expect(pages.map((page) => page.sequence)).toEqual(pages.map((_, at) => at))
    expect(pages.map((page) => page.kind)).toEqual([2, ...pages.slice(2).map(() => 0), 4])
    // Each page says how many samples have passed at its end.
    let packets_so_far = 0
    for (const page of pages.slice(2)) {
        packets_so_far += page.packets.length
        expect(page.granule).toBe(960 * packets_so_far)
    }
})

test('large_packets_fill_pages_and_never_overflow_them', () => {
    const packets = new Array(6).fill(0).map((_, at) => packet_of(20_000, at))
    const pages = pages_of(joined(ogg_of_webm(webm(packets))))
    expect(pages.slice(2).flatMap((page) => page.packets)).toEqual(packets)
})

test('the_length_of_a_packet_is_in_its_first_bytes', () => {
    // RFC 6716 section 3.1: configuration, stereo, number of frames.
    expect(samples_in(bytes(0 << 3))).toBe(480)
    expect(samples_in(bytes(3 << 3))).toBe(2880)
    expect(samples_in(bytes(13 << 3))).toBe(960)
    expect(samples_in(bytes(16 << 3))).toBe(120)
    expect(samples_in(bytes((31 << 3) | 1))).toBe(1920)
    expect(samples_in(bytes((31 << 3) | 3, 5))).toBe(4800)
})

test('what_is_no_such_recording_is_refused', () => {
    const good = webm([packet_of(40, 1), packet_of(41, 2)])
    expect(() => ogg_of_webm(good)).not.toThrow()
    expect(() => ogg_of_webm(bytes())).toThrow()
    expect(() => ogg_of_webm(bytes('RIFF....WAVE'))).toThrow()
    expect(() => ogg_of_webm(webm([]))).toThrow()
    expect(() => ogg_of_webm(webm([packet_of(40, 1)], bytes('VorbisHeadxxxxxxxxx')))).toThrow()
    expect(() => ogg_of_webm(webm([bytes()]))).toThrow()
    expect(() => ogg_of_webm(webm([packet_of(70_000, 1)]))).toThrow()
    const laced = bytes(webm([packet_of(40, 1)]), block(packet_of(40, 2), 0x82))
    expect(() => ogg_of_webm(laced)).toThrow()
    for (let size = 0; size < good.length; size++) {
        // Cut anywhere it is refused, or holds whole packets only.
        try {
            const pages = pages_of(joined(ogg_of_webm(good.subarray(0, size))))
            expect(pages.at(-1)?.packets).toEqual([packet_of(40, 1)])
        } catch (error) {
            expect(String(error)).toContain('no recording')
        }
    }
})

test('damaged_recordings_end_in_an_error_or_in_a_file', () => {
    const good = webm([packet_of(40, 1), packet_of(300, 2)])
    for (let at = 0; at < good.length; at++) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
            const damaged = good.slice()
            damaged[at] = value
            try {
                pages_of(joined(ogg_of_webm(damaged)))
            } catch (error) {
                expect(String(error)).toContain('no recording')
            }
        }
    }
})

test('the_checksum_is_that_of_ogg', () => {
    for (const text of ['', 'a', 'OggS and more'])
        expect(ogg_crc(bytes(text))).toBe(crc_by_bits(bytes(text)))
})
