// What makes a folder of files a bundle that can be checked: integrity of scripts and style sheets
// in index.html, a list of all files with their hashes, and a service worker that holds that list.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

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

export function seal(folder) {
    const index = join(folder, 'index.html')
    writeFileSync(index, with_integrity(readFileSync(index, 'utf8'), folder))
    const files = {}
    for (const path of files_of(folder)) {
        const name = relative(folder, path).split(sep).join('/')
        if (name === 'bundle.json' || name === 'service_worker.js') continue
        const bytes = readFileSync(path)
        files[name] = { size: bytes.length, sha256: digest(bytes) }
    }
    const bundle = { version: 1, total: total_of(files), files }
    const text = `${JSON.stringify(bundle, null, 1)}\n`
    writeFileSync(join(folder, 'bundle.json'), text)
    const worker = readFileSync(worker_template, 'utf8')
    writeFileSync(join(folder, 'service_worker.js'), worker.replace('__BUNDLE__', text.trim()))
    return bundle
}

export function bundle() {
    let folder = ''
    return {
        name: 'mayfly-bundle',
        apply: 'build',
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
