// Runs a wasm32-wasi test program under WASI:  node tools/run_wasm_test.mjs FILE [ARGUMENT...]
// It sees the test vectors as /vectors and nothing else of this machine.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { exit } from 'node:process'
import { WASI } from 'node:wasi'

const [file, ...rest] = process.argv.slice(2)
if (!file) {
    console.error('run_wasm_test: error: no program given')
    exit(2)
}
const vectors = resolve(process.env.MAYFLY_VECTORS ?? '../shared/vectors')
const env = { MAYFLY_VECTORS: '/vectors' }
for (const [name, value] of Object.entries(process.env)) {
    if (/^(GTEST_|MAYFLY_SIM_)/.test(name)) env[name] = value
}
const wasi = new WASI({
    version: 'preview1',
    args: [file, ...rest],
    env,
    preopens: existsSync(vectors) ? { '/vectors': vectors } : {},
    returnOnExit: true
})
const module = await WebAssembly.compile(readFileSync(file))
const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport })
exit(wasi.start(instance))
