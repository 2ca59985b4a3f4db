// A client of the module's RPC (docs/spec/rpc.md): requests get their answers, the rest are events.
import { EngineError } from './error'

interface Waiting {
    resolve(result: unknown): void
    reject(error: EngineError): void
}

export class RpcClient {
    private readonly waiting = new Map<number, Waiting>()
    private nextId = 1
    private over = false

    constructor(
        private readonly send: (line: string) => void,
        private readonly event: (name: string, params: unknown) => void
    ) {}

    call(method: string, params: object): Promise<unknown> {
        if (this.over) return Promise.reject(new EngineError('store_locked'))
        const id = this.nextId++
        return new Promise((resolve, reject) => {
            this.waiting.set(id, { resolve, reject })
            this.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
        })
    }

    take(line: string): void {
        const message = JSON.parse(line)
        if (message.method !== undefined) return this.event(message.method, message.params)
        const waiting = this.waiting.get(message.id)
        this.waiting.delete(message.id)
        if (!message.error) return waiting?.resolve(message.result)
        const { message: text, data } = message.error
        waiting?.reject(new EngineError(data?.code ?? 'invalid_argument', text))
    }

    // end: nobody answers any more.
    end(): void {
        this.over = true
        for (const one of this.waiting.values()) one.reject(new EngineError('store_locked'))
        this.waiting.clear()
    }
}
