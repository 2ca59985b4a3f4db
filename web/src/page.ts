// What main.ts loads beside the engine.
export { start } from './mount'
export { keep_offline } from './offline'
