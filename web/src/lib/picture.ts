// Small pictures: of a group, and of an image before it is loaded. Drawn anew, so that nothing of
// where and with what a photo was taken comes with them.

// What the core takes (docs/spec/conversations.md, docs/spec/content.md).
export const avatar_bytes_max = 16_384
export const thumbnail_bytes_max = 24_576
const avatar_side = 160
const thumbnail_side = 480
const qualities = [0.85, 0.7, 0.5, 0.3, 0.1]
// A decoded image of this many pixels takes 400 MB; more would end the page.
const pixels_max = 100_000_000

function jpeg(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
    return new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality))
}

async function drawn(
    image: ImageBitmap,
    part: { x: number; y: number; width: number; height: number },
    scale: number,
    bytes_max: number
): Promise<Blob | null> {
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(part.width * scale))
    canvas.height = Math.max(1, Math.round(part.height * scale))
    const context = canvas.getContext('2d')
    if (!context) return null
    // JPEG knows no transparency.
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    const { x, y, width, height } = part
    context.drawImage(image, x, y, width, height, 0, 0, canvas.width, canvas.height)
    for (const quality of qualities) {
        const made = await jpeg(canvas, quality)
        if (made && made.size <= bytes_max) return made
    }
    return null
}

// Null for what is no image here, or too large to be decoded.
export async function decoded(file: Blob): Promise<ImageBitmap | null> {
    try {
        const image = await createImageBitmap(file)
        if (image.width * image.height <= pixels_max) return image
        image.close()
    } catch {
        // Not an image that this browser knows.
    }
    return null
}

// The middle of it, square.
export async function avatar_of(file: Blob): Promise<Blob | null> {
    const image = await decoded(file)
    if (!image) return null
    const side = Math.min(image.width, image.height)
    const [x, y] = [(image.width - side) / 2, (image.height - side) / 2]
    const part = { x, y, width: side, height: side }
    const made = await drawn(image, part, Math.min(1, avatar_side / side), avatar_bytes_max)
    image.close()
    return made
}

export async function thumbnail_of(file: Blob): Promise<Blob | null> {
    const image = await decoded(file)
    if (!image) return null
    const { width, height } = image
    const scale = Math.min(1, thumbnail_side / Math.max(width, height))
    const made = await drawn(image, { x: 0, y: 0, width, height }, scale, thumbnail_bytes_max)
    image.close()
    return made
}

export async function base64url_of(blob: Blob): Promise<string> {
    let text = ''
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte)
    return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

// What another member says is a picture becomes one only if it begins like an image of pixels.
export function picture_from(base64url: string): string | null {
    const text = base64url.replaceAll('-', '+').replaceAll('_', '/')
    const begins: [string, string][] = [
        ['/9j/', 'image/jpeg'],
        ['iVBORw0KGgo', 'image/png'],
        ['UklGR', 'image/webp']
    ]
    const type = begins.find(([begin]) => text.startsWith(begin))?.[1]
    return type ? `data:${type};base64,${text}` : null
}
