// Connections to relays: one WebSocket each. docs/spec/web.md section 4.

const subprotocol = 'mayfly.1'
const path = '/mayfly/v1'
const connectTimeoutMs = 10_000
const queueSizeMax = 8 * 1024 * 1024

// What `closed` may be besides a WebSocket's close code; apps/web/main.cpp has the same numbers.
const closedUnreachable = 0
const closedTimedOut = 1

export const sendResult = { queued: 0, notUp: 1, full: 2 }

export interface LinkEvents {
    up(relay: string): void
    down(relay: string, closed: number): void
    frame(relay: string, frame: Uint8Array): void
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

    constructor(private readonly events: LinkEvents) {}

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
            this.events.frame(relay, new Uint8Array(message.data))
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

    // close sends what is queued and ends the connection; no event follows.
    close(relay: string): void {
        const socket = this.sockets.get(relay)
        this.sockets.delete(relay)
        socket?.close()
    }
}
