// The policy that the relay gives with every page, from its source: tests in browsers use no other.
import { readFileSync } from 'node:fs'

const source = new URL('../../src/relay_net/web_site.cpp', import.meta.url)
const header = /"Content-Security-Policy: (.*?)\\r\\n/

export function relay_policy() {
    const text = readFileSync(source, 'utf8').replace(/"\n\s*"/g, '')
    const found = header.exec(text)
    if (!found) throw new Error('the relay has no content security policy')
    return found[1]
}
