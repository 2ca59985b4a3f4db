// The worker's door: commands in, results, events and the status out.
import { Core } from './core'
import { EngineError } from './error'
import type { Commands, FromWorker, ToWorker } from './messages'

const page = globalThis as unknown as {
    postMessage(message: FromWorker): void
    onmessage: ((message: MessageEvent<ToWorker>) => void) | null
}
// What is told in one step goes as one message: the page draws once for each.
const events: { name: string; params: unknown }[] = []
function tell(): void {
    if (events.length > 0) page.postMessage({ events: events.splice(0) })
}
const core = new Core({
    status: (status) => {
        tell()
        page.postMessage({ status })
    },
    event: (name, params) => {
        if (events.push({ name, params }) === 1) queueMicrotask(tell)
    }
})

async function run(id: number, command: keyof Commands, given: unknown[]): Promise<void> {
    try {
        const method = core[command] as (...args: unknown[]) => Promise<unknown>
        page.postMessage({ id, result: await method.apply(core, given) })
    } catch (error) {
        const code = error instanceof EngineError ? error.code : 'internal'
        if (code === 'internal') console.error(error)
        page.postMessage({ id, error: { code, message: String((error as Error).message) } })
    }
}

page.onmessage = ({ data }) => {
    if ('compiled' in data) core.loaded(data.compiled)
    else if ('wake' in data) core.wake()
    else void run(data.id, data.command, data.given)
}
void core.start()
