// Connections to relays: one WebSocket each. docs/spec/web.md section 4.

const subprotocol = 'mayfly.1'
const path = '/mayfly/v1'
const connectTimeoutMs = 10_000
const queueSizeMax = 8 * 1024 * 1024

// What `closed` may be besides a WebSocket's close code; apps/web/main.cpp has the same numbers.
const closedUnreachable = 0
const closedTimedOut = 1

export const sendResult = { queued: 0, notUp: 1, full: 2 }

// They are called in the order in which things happened. What waits until its turn asks isCurrent
// first: nothing follows once the core has closed a connection.
export interface LinkEvents {
    up(relay: string, isCurrent: () => boolean): void
    down(relay: string, closed: number, isCurrent: () => boolean): void
    frame(relay: string, frame: Uint8Array, isCurrent: () => boolean): void
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
            return this.events.down(relay, closedUnreachable, () => true)
        }
        socket.binaryType = 'arraybuffer'
        this.sockets.set(relay, socket)
        const isCurrent = () => this.sockets.get(relay) === socket
        let wasUp = false
        let over = false
        const end = (closed: number) => {
            if (over) return
            over = true
            clearTimeout(timeout)
            socket.close()
            this.events.down(relay, closed, () => isCurrent() && this.sockets.delete(relay))
        }
        const timeout = setTimeout(() => end(closedTimedOut), connectTimeoutMs)
        socket.onopen = () => {
            clearTimeout(timeout)
            if (over) return
            wasUp = true
            this.events.up(relay, isCurrent)
        }
        socket.onmessage = (message: MessageEvent) => {
            if (over) return
            if (!(message.data instanceof ArrayBuffer)) return end(1003)
            this.events.frame(relay, new Uint8Array(message.data), isCurrent)
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
