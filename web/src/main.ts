import './trusted_types'
import { startEngine } from './engine/engine'

// The engine starts before the interface is read: of the two it takes longer.
const engine = startEngine()
void import('./page').then(({ start, keep_offline }) => {
    start(engine)
    keep_offline(engine)
})
