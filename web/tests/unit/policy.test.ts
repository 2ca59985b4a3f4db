import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { files_of } from '../../tools/bundle_plugin.mjs'
import { relay_policy } from '../policy.mjs'

test('the_relay_allows_the_policies_that_the_client_makes_and_no_others', () => {
    const folder = new URL('../../src/', import.meta.url).pathname
    const sources = files_of(folder).filter((path: string) => /\.(ts|js|svelte)$/.test(path))
    const made = sources.flatMap((path: string) =>
        [...readFileSync(path, 'utf8').matchAll(/createPolicy\(\s*'([^']+)'/g)].map((one) => one[1])
    )
    const rule = /trusted-types ([^;]+)$/.exec(relay_policy())?.[1]
    expect(made.length).toBeGreaterThan(1)
    expect(rule?.split(' ').sort()).toEqual(made.sort())
    expect(relay_policy()).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';")
})
