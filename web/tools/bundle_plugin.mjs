// What makes a folder of files a bundle that can be checked: integrity of scripts and style sheets
// in index.html, a service worker that knows all other files, and a list of all with their hashes.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const worker_name = 'service_worker.js'
const worker_template = new URL('../src/sw/service_worker.js', import.meta.url)

export function digest(bytes, algorithm = 'sha256', encoding = 'hex') {
    return createHash(algorithm).update(bytes).digest(encoding)
}

export function files_of(folder) {
    const found = []
    for (const name of readdirSync(folder).sort()) {
        const path = join(folder, name)
        if (statSync(path).isDirectory()) found.push(...files_of(path))
        else found.push(path)
    }
    return found
}

// The total is the hash of one line a file, sorted by path, as sha256sum prints them.
export function total_of(files) {
    const paths = Object.keys(files).sort()
    return digest(paths.map((path) => `${files[path].sha256}  ${path}\n`).join(''))
}

function with_integrity(html, folder) {
    return html.replace(/<(script|link)\b[^>]*>/g, (tag) => {
        const path = /\b(?:src|href)="\.\/([^"]+\.(?:js|css))"/.exec(tag)?.[1]
        if (!path || tag.includes('integrity=')) return tag
        const hash = digest(readFileSync(join(folder, path)), 'sha384', 'base64')
        return tag.replace(/\s*\/?>$/, ` integrity="sha384-${hash}">`)
    })
}

// The service worker holds the list of all other files; the published list has it too.
export function seal(folder) {
    const index = join(folder, 'index.html')
    writeFileSync(index, with_integrity(readFileSync(index, 'utf8'), folder))
    const files = {}
    for (const path of files_of(folder)) {
        const name = relative(folder, path).split(sep).join('/')
        if (name === 'bundle.json' || name === worker_name) continue
        const bytes = readFileSync(path)
        files[name] = { size: bytes.length, sha256: digest(bytes) }
    }
    const hashes = Object.entries(files).map(([name, { sha256 }]) => [name, sha256])
    const list = JSON.stringify({ id: total_of(files), files: Object.fromEntries(hashes) }, null, 1)
    const worker = readFileSync(worker_template, 'utf8').replace('__FILES__', list)
    writeFileSync(join(folder, worker_name), worker)
    const bytes = Buffer.from(worker)
    files[worker_name] = { size: bytes.length, sha256: digest(bytes) }
    const bundle = { version: 1, total: total_of(files), files }
    writeFileSync(join(folder, 'bundle.json'), `${JSON.stringify(bundle, null, 1)}\n`)
    return bundle
}

// The interface is loaded beside the engine and not behind it; its integrity comes with the others.
function preload(_html, { bundle }) {
    const page = Object.values(bundle).find((one) => one.isDynamicEntry && one.name === 'page')
    if (!page) return []
    const attrs = { rel: 'modulepreload', crossorigin: true, href: `./${page.fileName}` }
    return [{ tag: 'link', attrs, injectTo: 'head' }]
}

export function bundle() {
    let folder = ''
    return {
        name: 'mayfly-bundle',
        apply: 'build',
        transformIndexHtml: { order: 'post', handler: preload },
        configResolved(config) {
            folder = join(config.root, config.build.outDir)
            if (config.build.outDir.startsWith('/')) folder = config.build.outDir
        },
        closeBundle() {
            const { total, files } = seal(folder)
            console.log(`bundle ${total}, ${Object.keys(files).length} files`)
        }
    }
}
