// What the relay allows each page, from its source: tests in browsers use nothing else.
import { readFileSync } from 'node:fs'

const source = new URL('../../src/relay_net/web_site.cpp', import.meta.url)

export function relay_header(name) {
    const text = readFileSync(source, 'utf8').replace(/"\n\s*"/g, '')
    const found = new RegExp(`"?${name}: (.*?)\\\\r\\\\n`).exec(text)
    if (!found) throw new Error(`the relay gives no ${name}`)
    return found[1]
}

export const relay_policy = () => relay_header('Content-Security-Policy')
