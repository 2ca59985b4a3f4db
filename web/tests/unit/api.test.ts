import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Api } from '../../src/api/api'
import type { Engine } from '../../src/engine/engine'
import { generate, read_schema } from '../../tools/generate_api.mjs'
import { fake_known, FakeEngine } from '../fake/fake_engine'

test('generated_types_are_those_of_the_schema', () => {
    for (const [name, text] of Object.entries(generate(read_schema()))) {
        const kept = readFileSync(new URL(`../../src/api/${name}`, import.meta.url), 'utf8')
        expect(kept === text, `${name} is stale: run npm run api`).toBe(true)
    }
})

test('a_type_knows_what_may_be_left_out', () => {
    const schema = {
        components: {
            schemas: { thing: { properties: { a: { type: 'string' } }, required: ['a'] } }
        },
        methods: [
            {
                name: 'do',
                params: [
                    { name: 'x', required: true, schema: { type: 'integer' } },
                    {
                        name: 'y',
                        required: false,
                        schema: { items: { type: 'string' }, type: 'array' }
                    }
                ],
                result: { schema: { properties: { a: { type: 'string' } }, required: ['a'] } }
            }
        ],
        'x-notifications': []
    }
    const text = generate(schema)['generated_methods.ts']
    expect(text).toContain('{ x: number; y?: string[] }')
    expect(text).toContain('result: Thing')
})

test('only_what_the_core_can_do_is_offered', () => {
    const engine = { call: async () => ({}) } as unknown as Engine
    const few = new Api(engine, { send: ['who', 'text'] })
    expect(Object.values(few.features)).not.toContain(true)
    const all = new Api(new FakeEngine({ lifecycle: 'open' }), fake_known)
    expect(all.features.react && all.features.reply && all.features.files).toBe(true)
})
