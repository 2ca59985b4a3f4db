// What a camera sees: a picture of a screen, held before it a little askew, as a film that Chromium
// plays as its camera.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import make from 'qrcode-generator'
import { decode_png, encode_png } from './pictures.mjs'

const width = 1280
const height = 720
const share = 0.86 // of the height
const angle = 0.07
const wall = 96

function film(path, png) {
    const picture = decode_png(png)
    const scale = (share * height) / Math.max(picture.width, picture.height)
    const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale]
    const luma = Buffer.alloc(width * height, wall)
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const [dx, dy] = [x - width / 2, y - height / 2]
            const from_x = Math.floor(picture.width / 2 + dx * cos + dy * sin)
            const from_y = Math.floor(picture.height / 2 - dx * sin + dy * cos)
            const inside = from_x >= 0 && from_x < picture.width
            if (!inside || from_y < 0 || from_y >= picture.height) continue
            // Green is most of what is seen as brightness; screens of codes are grey.
            luma[y * width + x] =
                picture.pixels[(from_y * picture.width + from_x) * picture.samples + 1]
        }
    }
    const colours = Buffer.alloc((width * height) / 2, 128)
    const header = `YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420mpeg2\n`
    const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, colours])
    writeFileSync(path, Buffer.concat([Buffer.from(header), frame, frame]))
}

// A picture of a code that no page shows.
export function picture_of_code(text) {
    const code = make(0, 'M')
    code.addData(text, 'Byte')
    code.make()
    const [module, quiet] = [8, 4]
    const side = module * (code.getModuleCount() + 2 * quiet)
    const rgb = new Uint8Array(3 * side * side)
    const is_dark = (at) => at >= 0 && at < code.getModuleCount()
    for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
            const [row, column] = [y, x].map((at) => Math.floor(at / module) - quiet)
            const dark = is_dark(row) && is_dark(column) && code.isDark(row, column)
            rgb.fill(dark ? 17 : 255, 3 * (y * side + x), 3 * (y * side + x) + 3)
        }
    }
    return encode_png(side, side, rgb)
}

// A camera for Person.begin, told what it sees with `sees`: a PNG. `is_off` waits until it is.
export class Camera {
    constructor(folder) {
        this.path = join(folder, 'seen.y4m')
        this.media = [
            '--use-fake-ui-for-media-stream',
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-video-capture=${this.path}`
        ]
    }

    // Before the page uses it.
    static async watched(page) {
        await page.context().addInitScript(() => {
            const devices = MediaDevices.prototype
            const open = devices.getUserMedia
            window.tracks = []
            devices.getUserMedia = async function (...given) {
                const stream = await open.apply(this, given)
                window.tracks.push(...stream.getTracks())
                return stream
            }
        })
        await page.reload()
    }

    sees(png) {
        film(this.path, png)
    }

    is_on(page) {
        return page.waitForFunction(() => window.tracks.some((one) => one.readyState === 'live'))
    }

    is_off(page) {
        return page.waitForFunction(() => window.tracks.every((one) => one.readyState === 'ended'))
    }
}

// As fine as a phone shows it.
export const fine = { deviceScaleFactor: 2 }
