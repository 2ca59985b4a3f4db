// Connections to relays: one WebSocket each. docs/spec/web.md section 4.

const subprotocol = 'mayfly.1'
const path = '/mayfly/v1'
const connectTimeoutMs = 10_000
const queueSizeMax = 8 * 1024 * 1024
// Frames handed in at a time: many for one wait for the disk, few enough to let requests between.
const groupMax = 64

// What `closed` may be besides a WebSocket's close code; apps/web/main.cpp has the same numbers.
const closedUnreachable = 0
const closedTimedOut = 1

export const sendResult = { queued: 0, notUp: 1, full: 2 }

export interface LinkEvents {
    up(relay: string): void
    down(relay: string, closed: number): void
    // In the order in which they came.
    frames(frames: { relay: string; frame: Uint8Array }[]): void
}

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:|$)/

// urlOf turns a relay's address into where its WebSocket is. The browser checks certificates in its
// own way and shows none, so a fingerprint in the address cannot be checked here.
export function urlOf(relay: string): string {
    const host = relay.replace(/#.*$/, '')
    return `${loopback.test(host) ? 'ws' : 'wss'}://${host}${path}`
}

export class Links {
    private readonly sockets = new Map<string, WebSocket>()

    private readonly waiting: { relay: string; socket: WebSocket; frame: Uint8Array }[] = []
    // A turn of the event loop later, without the delay that timers have.
    private readonly turn = new MessageChannel()

    constructor(private readonly events: LinkEvents) {
        this.turn.port1.onmessage = () => this.handIn()
    }

    connect(relay: string): void {
        if (this.sockets.has(relay)) return
        let socket: WebSocket
        try {
            socket = new WebSocket(urlOf(relay), subprotocol)
        } catch {
            // Never from within the call: the core is in the middle of a step.
            setTimeout(() => this.events.down(relay, closedUnreachable))
            return
        }
        socket.binaryType = 'arraybuffer'
        this.sockets.set(relay, socket)
        let wasUp = false
        const end = (closed: number) => {
            clearTimeout(timeout)
            // What came before the end takes effect before it.
            while (this.waiting.some((one) => one.socket === socket)) this.handIn()
            if (this.sockets.get(relay) !== socket) return
            this.sockets.delete(relay)
            socket.close()
            this.events.down(relay, closed)
        }
        const timeout = setTimeout(() => end(closedTimedOut), connectTimeoutMs)
        socket.onopen = () => {
            clearTimeout(timeout)
            if (this.sockets.get(relay) !== socket) return
            wasUp = true
            this.events.up(relay)
        }
        socket.onmessage = (message: MessageEvent) => {
            if (this.sockets.get(relay) !== socket) return
            if (!(message.data instanceof ArrayBuffer)) return end(1003)
            this.waiting.push({ relay, socket, frame: new Uint8Array(message.data) })
            if (this.waiting.length === 1) this.turn.port2.postMessage(null)
        }
        socket.onclose = (event: CloseEvent) => end(wasUp ? event.code : closedUnreachable)
    }

    send(relay: string, frame: Uint8Array<ArrayBuffer>): number {
        const socket = this.sockets.get(relay)
        if (socket?.readyState !== WebSocket.OPEN) return sendResult.notUp
        if (socket.bufferedAmount + frame.length > queueSizeMax) return sendResult.full
        socket.send(frame)
        return sendResult.queued
    }

    // Frames that came one right after the other are handed in together: the disk is the slow part.
    private handIn(): void {
        const some = this.waiting.splice(0, groupMax)
        if (this.waiting.length > 0) this.turn.port2.postMessage(null)
        const open = some.filter((one) => this.sockets.get(one.relay) === one.socket)
        if (open.length > 0) this.events.frames(open)
    }

    // close sends what is queued and ends the connection; no event follows.
    close(relay: string): void {
        const socket = this.sockets.get(relay)
        this.sockets.delete(relay)
        socket?.close()
    }
}
