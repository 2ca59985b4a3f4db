import { afterEach, expect, test, vi } from 'vitest'
import { reader, watch } from '../../src/lib/scan'
import { decode_png } from '../e2e/pictures.mjs'
import { picture_of_code } from '../e2e/film.mjs'

const text = 'mayfly:AWjXJveWtGoUiE8YKU'

function image_of(code: string): ImageData {
    const { width, height, pixels } = decode_png(picture_of_code(code))
    const data = new Uint8ClampedArray(4 * width * height).fill(255)
    for (let at = 0; at < width * height; at++)
        data.set(pixels.subarray(3 * at, 3 * at + 3), 4 * at)
    return { width, height, data } as unknown as ImageData
}

const image = image_of(text)
const blank = { width: 64, height: 64, data: new Uint8ClampedArray(4 * 64 * 64) }

function has_detector(formats: string[], detect: () => Promise<{ rawValue: string }[]>): void {
    const Detector = class {
        static getSupportedFormats = async () => formats
        detect = detect
    }
    Object.assign(globalThis, { BarcodeDetector: Detector })
}

afterEach(() => {
    Reflect.deleteProperty(globalThis, 'BarcodeDetector')
    vi.unstubAllGlobals()
})

test('a_code_is_read_where_the_browser_has_no_reader', async () => {
    const read = await reader()
    expect(await read(image)).toBe(text)
    expect(await read(image, true)).toBe(text)
    expect(await read(blank as unknown as ImageData)).toBe(null)
})

test('the_reader_of_the_browser_is_asked_first', async () => {
    has_detector(['ean_13', 'qr_code'], async () => [{ rawValue: 'its own' }])
    expect(await (await reader())(image)).toBe('its own')
    has_detector(['qr_code'], async () => [])
    expect(await (await reader())(image)).toBe(null)
})

test('a_reader_that_knows_no_such_codes_or_fails_is_not_used', async () => {
    has_detector(['ean_13'], async () => [{ rawValue: 'its own' }])
    expect(await (await reader())(image)).toBe(text)
    let asked = 0
    has_detector(['qr_code'], async () => {
        asked++
        throw new Error('no service')
    })
    const read = await reader()
    expect([await read(image), await read(image), asked]).toEqual([text, text, 1])
})

test('why_there_is_no_camera_has_a_sentence_of_its_own', async () => {
    const watcher = { camera: '', started: () => {}, took: () => true }
    const look = () => watch({} as HTMLVideoElement, watcher, new AbortController().signal)
    vi.stubGlobal('isSecureContext', false)
    await expect(look()).rejects.toEqual({ code: 'camera_insecure' })
    vi.stubGlobal('isSecureContext', true)
    for (const [name, code] of [
        ['NotAllowedError', 'camera_refused'],
        ['NotFoundError', 'camera_missing'],
        ['OverconstrainedError', 'camera_missing'],
        ['NotReadableError', 'camera_failed']
    ]) {
        const getUserMedia = () => Promise.reject(new DOMException('', name))
        vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } })
        await expect(look()).rejects.toEqual({ code })
    }
})
