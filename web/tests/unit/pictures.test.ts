import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { blocks_of, changes, decode_png, picture_of_changes } from '../e2e/pictures.mjs'

const picture = (width: number, height: number, grey: (x: number, y: number) => number) => {
    const pixels = new Uint8Array(3 * width * height)
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const at = 3 * (y * width + x)
            pixels.fill(grey(x, y), at, at + 3)
        }
    }
    return { width, height, samples: 3, pixels }
}

// Rows with all five filters of PNG (its section 9), of pixels that are known.
function png_with_every_filter(width: number, rows: number[][]): Buffer {
    const chunk = (kind: string, content: Buffer) =>
        Buffer.concat([
            Buffer.from([0, 0, content.length >> 8, content.length & 255]),
            Buffer.from(kind, 'latin1'),
            content,
            Buffer.alloc(4)
        ])
    const header = Buffer.alloc(13)
    header.writeUInt32BE(width, 0)
    header.writeUInt32BE(rows.length, 4)
    header.set([8, 2], 8)
    const lines = rows.map((row, y) => {
        const up = rows[y - 1] ?? row.map(() => 0)
        const predicted = row.map((_, x) => {
            const left = row[x - 3] ?? 0
            const corner = x < 3 ? 0 : (up[x - 3] ?? 0)
            const above = up[x] ?? 0
            const guess = left + above - corner
            const nearest = [left, above, corner].sort(
                (a, b) => Math.abs(guess - a) - Math.abs(guess - b)
            )[0] as number
            return [0, left, above, Math.floor((left + above) / 2), nearest][y % 5] as number
        })
        return Buffer.from([y % 5, ...row.map((value, x) => (value - (predicted[x] ?? 0)) & 255)])
    })
    const data = deflateSync(Buffer.concat(lines))
    return Buffer.concat([Buffer.alloc(8), chunk('IHDR', header), chunk('IDAT', data)])
}

test('pictures_are_read_whatever_their_rows_are_filtered_by', () => {
    const rows = Array.from({ length: 10 }, (_, y) =>
        Array.from({ length: 12 }, (_, x) => (x * 37 + y * 91 + ((x * y) % 7) * 13) & 255)
    )
    const { width, height, pixels } = decode_png(png_with_every_filter(4, rows))
    expect([width, height]).toEqual([4, 10])
    expect([...pixels]).toEqual(rows.flat())
})

test('a_changed_block_is_found_and_noise_is_not', () => {
    const before = blocks_of(picture(40, 33, () => 100))
    expect([before.columns, before.rows]).toEqual([3, 3])
    expect(changes(before, blocks_of(picture(40, 33, (x) => 100 + (x % 3))))).toEqual([])
    const moved = picture(40, 33, (x, y) => (x >= 16 && x < 32 && y < 16 ? 160 : 100))
    expect(changes(before, blocks_of(moved))).toEqual([1])
    expect(changes(before, blocks_of(picture(40, 50, () => 100)))).toBe(null)
    // The picture of what differs is one, and shows it in red.
    const shown = decode_png(picture_of_changes(moved, 3, [1]))
    expect([...shown.pixels.subarray(3 * 16, 3 * 16 + 3)]).toEqual([255, 104, 104])
    expect(shown.pixels[0]).toBe(178)
})
