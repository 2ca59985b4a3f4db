// Looks through the camera for a QR code until it is told that one was taken.
const every_ms = 180
const side_max = 640

export async function scan(
    video: HTMLVideoElement,
    took: (text: string) => boolean,
    signal: AbortSignal
): Promise<void> {
    const camera = { video: { facingMode: 'environment' }, audio: false }
    const stream = await navigator.mediaDevices.getUserMedia(camera)
    const { default: decode } = await import('jsqr')
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d', { willReadFrequently: true })
    try {
        video.srcObject = stream
        await video.play()
        while (!signal.aborted && context) {
            const scale = Math.min(1, side_max / Math.max(video.videoWidth, video.videoHeight, 1))
            canvas.width = Math.max(1, Math.round(video.videoWidth * scale))
            canvas.height = Math.max(1, Math.round(video.videoHeight * scale))
            context.drawImage(video, 0, 0, canvas.width, canvas.height)
            const image = context.getImageData(0, 0, canvas.width, canvas.height)
            const code = decode(image.data, image.width, image.height)
            if (code?.data && took(code.data)) break
            await new Promise((resolve) => setTimeout(resolve, every_ms))
        }
    } finally {
        for (const track of stream.getTracks()) track.stop()
        video.srcObject = null
    }
}
