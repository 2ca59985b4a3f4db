// QR codes, through a camera or from a picture. Nothing that is seen is kept or leaves the page.
import { decoded } from './picture'

// A code is looked for so often: quick for a hand, calm for a battery.
const every_ms = 120
// Of the middle of the picture, which is what the preview shows: about six pixels for each module
// of the largest codes we show.
const frame_side_max = 720
// A photograph may show its code small, in a corner.
const picture_side_max = 1600
const picture_search = { effort: Infinity, timeLimit: 1500 }

export type Reader = (image: ImageData, patient?: boolean) => Promise<string | null>
type Detector = { detect(image: ImageData): Promise<{ rawValue: string }[]> }

async function detector_here(): Promise<Detector | null> {
    const { BarcodeDetector } = globalThis as any
    try {
        const formats: string[] = (await BarcodeDetector?.getSupportedFormats()) ?? []
        return formats.includes('qr_code') ? new BarcodeDetector({ formats: ['qr_code'] }) : null
    } catch {
        return null
    }
}

// The browser's own reader where it has one that works, else ours.
export async function reader(): Promise<Reader> {
    let detector = await detector_here()
    return async (image, patient = false) => {
        try {
            if (detector) return (await detector.detect(image))[0]?.rawValue ?? null
        } catch {
            // It says that it can, and cannot: Android without the services of its maker.
            detector = null
        }
        const { default: decode } = await import('qr/decode.js')
        try {
            return decode(image, patient ? picture_search : {})
        } catch {
            return null
        }
    }
}

// Why there is no camera, as a code of the catalogue of errors.
function trouble_of(error: unknown): { code: string } {
    const { name } = error as { name?: string }
    if (name === 'NotAllowedError' || name === 'SecurityError') return { code: 'camera_refused' }
    if (name === 'NotFoundError' || name === 'OverconstrainedError')
        return { code: 'camera_missing' }
    return { code: 'camera_failed' }
}

// `camera` is the id of one that was chosen; empty: the one that looks away from the person.
async function opened(camera: string): Promise<MediaStream> {
    if (!isSecureContext) throw { code: 'camera_insecure' }
    const which = camera ? { deviceId: { exact: camera } } : { facingMode: 'environment' }
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } }
    try {
        return await navigator.mediaDevices.getUserMedia({ video: { ...which, ...size } })
    } catch (error) {
        throw trouble_of(error)
    }
}

async function cameras(): Promise<MediaDeviceInfo[]> {
    const devices = await navigator.mediaDevices.enumerateDevices()
    return devices.filter((device) => device.kind === 'videoinput')
}

export interface Watcher {
    camera: string
    // The camera runs; these are all there are, and the one that it is.
    started(all: MediaDeviceInfo[], running: string): void
    took(text: string): boolean
}

// Looks through a camera until a code was taken or the signal says to stop; the camera is off
// when it returns. Throws the code of an error.
export async function watch(
    video: HTMLVideoElement,
    watcher: Watcher,
    signal: AbortSignal
): Promise<void> {
    const stream = await opened(watcher.camera)
    const [track] = stream.getVideoTracks()
    const stop = () => {
        for (const one of stream.getTracks()) one.stop()
        video.srcObject = null
    }
    // At once, also while a frame is being looked at.
    signal.addEventListener('abort', stop)
    try {
        if (signal.aborted || !track) return
        video.srcObject = stream
        await video.play()
        watcher.started(await cameras(), track.getSettings().deviceId ?? '')
        const read = await reader()
        const canvas = document.createElement('canvas')
        while (!signal.aborted) {
            if (track.readyState === 'ended') throw { code: 'camera_failed' }
            const text = await read(middle_of(video, canvas))
            if (signal.aborted || (text && watcher.took(text))) return
            await new Promise((resolve) => setTimeout(resolve, every_ms))
        }
    } finally {
        signal.removeEventListener('abort', stop)
        stop()
    }
}

function middle_of(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData {
    const { videoWidth, videoHeight } = video
    const from = Math.max(1, Math.min(videoWidth, videoHeight))
    const side = Math.min(from, frame_side_max)
    const [x, y] = [(videoWidth - from) / 2, (videoHeight - from) / 2]
    return pixels(canvas, side, side, (context) =>
        context.drawImage(video, x, y, from, from, 0, 0, side, side)
    )
}

function pixels(
    canvas: HTMLCanvasElement,
    width: number,
    height: number,
    draw: (context: CanvasRenderingContext2D) => void
): ImageData {
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (!context) throw { code: 'camera_failed' }
    draw(context)
    return context.getImageData(0, 0, width, height)
}

// The text of the code on a picture. Throws no_picture, or no_code.
export async function code_on(file: Blob): Promise<string> {
    const image = await decoded(file)
    if (!image) throw { code: 'no_picture' }
    const scale = Math.min(1, picture_side_max / Math.max(image.width, image.height))
    const [width, height] = [image.width, image.height].map((side) =>
        Math.max(1, Math.round(side * scale))
    ) as [number, number]
    const shown = pixels(document.createElement('canvas'), width, height, (context) =>
        context.drawImage(image, 0, 0, width, height)
    )
    image.close()
    const text = await (await reader())(shown, true)
    if (text === null) throw { code: 'no_code' }
    return text
}
