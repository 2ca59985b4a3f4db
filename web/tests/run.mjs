// All tests of the web client, and their totals in one line:  node web/tests/run.mjs [PART...]
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const web = resolve(import.meta.dirname, '..')
const builds = ['release', 'quick'].map((preset) => resolve(web, '../build', preset, 'bin'))
const built = builds.find((path) => existsSync(join(path, 'mayfly')))
if (built) process.env.MAYFLY_BIN ??= built
const scratch = mkdtempSync(join(tmpdir(), 'mayfly-vitest-'))
const totals = { passed: 0, failed: 0 }

function start(words) {
    console.log(`\n--- ${words.join(' ')}`)
    const child = spawn(words[0], words.slice(1), {
        cwd: web,
        stdio: ['ignore', 'pipe', 'inherit']
    })
    let stdout = ''
    child.stdout.on('data', (bytes) => {
        stdout += bytes
        process.stdout.write(bytes)
    })
    return new Promise((done) => child.on('close', (status) => done({ stdout, status })))
}

function count(passed, failed, status) {
    totals.passed += passed
    // What ends badly without a failed test is one all the same.
    totals.failed += failed || (status === 0 ? 0 : 1)
}

async function browser(script) {
    const { stdout, status } = await start(['node', `tests/e2e/${script}.mjs`])
    const found = /^(\d+) passed, (\d+) failed$/m.exec(stdout)
    count(Number(found?.[1] ?? 0), Number(found?.[2] ?? 0), found ? status : 1)
}

const parts = {
    async units() {
        const report = join(scratch, 'units.json')
        const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
        const { status } = await start(['npx', 'vitest', 'run', ...reporters])
        const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
        count(numPassedTests, numFailedTests, status)
    },
    async engine() {
        const words = ['--test', '--test-reporter=tap', 'tests/engine/engine_test.mjs']
        const { stdout, status } = await start(['node', ...words])
        const number = (name) =>
            Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0)
        count(number('pass'), number('fail'), status)
    },
    async screens() {
        const build = ['npx', 'vite', 'build', '--mode', 'fake', '--logLevel', 'warn']
        const { status } = await start(build)
        count(0, 0, status)
        await browser('screens')
        await browser('list')
    },
    talk: () => browser('talk'),
    devices: () => browser('devices'),
    content: () => browser('content'),
    media: () => browser('media'),
    push: () => browser('push')
}

const chosen = process.argv.slice(2)
for (const [name, part] of Object.entries(parts)) {
    if (chosen.length === 0 || chosen.includes(name)) await part()
}
rmSync(scratch, { recursive: true, force: true })
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0)
