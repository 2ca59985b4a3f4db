// A page without a user interface: what the tests of the engine drive.
import { startEngine } from '../../src/engine/engine'

const engine = startEngine()
const events: { name: string; params: any }[] = []
engine.onEvent((name, params) => events.push({ name, params }))
Object.assign(window, { engine, events, started: performance.now() })
