// Writes src/api/generated_*.ts, the types of the RPC, from docs/rpc-schema.json:
//     node tools/generate_api.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'

const columns_max = 100
const schema_path = new URL('../../docs/rpc-schema.json', import.meta.url)
const head = '// Made by tools/generate_api.mjs from docs/rpc-schema.json; do not edit.\n'
// What only a daemon with several accounts and connections has.
const left_out = new Set(['accounts', 'subscribe', 'unsubscribe', 'rpc.discover'])

function pascal(name) {
    return name.replace(/(^|[_.])(\w)/g, (_, __, letter) => letter.toUpperCase())
}

function type_of(schema) {
    if (schema.$ref) return pascal(schema.$ref.split('/').pop())
    if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ')
    if (schema.type === 'array') return `${type_of(schema.items)}[]`
    if (schema.type === 'integer' || schema.type === 'number') return 'number'
    if (schema.type === 'string' || schema.type === 'boolean') return schema.type
    if (schema.type === 'object' && schema.properties) return object_of(fields_of(schema))
    return 'unknown'
}

function fields_of(schema) {
    const required = new Set(schema.required ?? [])
    return Object.keys(schema.properties ?? {}).map((name) => ({
        name,
        required: required.has(name),
        type: type_of(schema.properties[name]),
        description: schema.properties[name].description
    }))
}

function params_of(method) {
    return method.params.map((param) => ({
        name: param.name,
        required: param.required,
        type: type_of(param.schema)
    }))
}

function object_of(fields) {
    if (fields.length === 0) return 'Record<string, never>'
    const parts = fields.map((field) => `${field.name}${field.required ? '' : '?'}: ${field.type}`)
    return `{ ${parts.join('; ')} }`
}

function laid_out(indent, start, fields) {
    const line = `${indent}${start}${object_of(fields)}`
    if (line.length <= columns_max) return line
    const parts = fields.map(
        (field) => `${indent}    ${field.name}${field.required ? '' : '?'}: ${field.type}`
    )
    return `${indent}${start}{\n${parts.join('\n')}\n${indent}}`
}

function objects_file(schemas) {
    const parts = Object.keys(schemas)
        .sort()
        .map((name) => {
            const lines = fields_of(schemas[name]).map((field) => {
                const note = field.description ? `  // ${field.description}` : ''
                const line = `    ${field.name}${field.required ? '' : '?'}: ${field.type}`
                return line.length + note.length <= columns_max ? line + note : line
            })
            return `export interface ${pascal(name)} {\n${lines.join('\n')}\n}\n`
        })
    return `${head}\n${parts.join('\n')}`
}

function result_of(method, same) {
    const schema = method.result.schema
    if (schema.$ref) return type_of(schema)
    return same.get(object_of(fields_of(schema)))
}

function imports_of(text, names) {
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text))
    if (used.length === 0) return ''
    const line = `import type { ${used.join(', ')} } from './generated_objects'\n`
    if (line.length <= columns_max) return line
    return `import type {\n    ${used.join(',\n    ')}\n} from './generated_objects'\n`
}

function methods_file(schema, names, same) {
    const methods = schema.methods.filter((method) => !left_out.has(method.name))
    const parts = methods.map((method) => {
        const named = result_of(method, same)
        const result = named
            ? `        result: ${named}`
            : laid_out('        ', 'result: ', fields_of(method.result.schema))
        const params = laid_out('        ', 'params: ', params_of(method))
        return `    '${method.name}': {\n${params}\n${result}\n    }`
    })
    const body = `export interface Methods {\n${parts.join('\n')}\n}\n`
    return `${head}${imports_of(body, names)}\n${body}`
}

function known_file(schema) {
    const lines = schema.methods
        .filter((method) => !left_out.has(method.name))
        .map((method) => {
            const names = method.params.map((param) => `'${param.name}'`)
            const line = `    '${method.name}': [${names.join(', ')}]`
            if (line.length < columns_max) return line
            return `    '${method.name}': [\n        ${names.join(',\n        ')}\n    ]`
        })
    const note = '// Every method with the names of its parameters: what this core can do.\n'
    return `${head}${note}export const known = {\n${lines.join(',\n')}\n} as const\n`
}

function notifications_file(schema, names) {
    const lines = schema['x-notifications'].map((notification) =>
        laid_out(
            '    ',
            `${notification.name}: `,
            params_of({
                params: notification.params.filter((param) => param.name !== 'account')
            })
        )
    )
    const body = `export interface Notifications {\n${lines.join('\n')}\n}\n`
    return `${head}${imports_of(body, names)}\n${body}`
}

export function generate(schema) {
    const schemas = schema.components.schemas
    const names = Object.keys(schemas).sort().map(pascal)
    const same = new Map(
        Object.keys(schemas).map((name) => [object_of(fields_of(schemas[name])), pascal(name)])
    )
    return {
        'generated_objects.ts': objects_file(schemas),
        'generated_methods.ts': methods_file(schema, names, same),
        'generated_known.ts': known_file(schema),
        'generated_notifications.ts': notifications_file(schema, names)
    }
}

export function read_schema() {
    return JSON.parse(readFileSync(schema_path, 'utf8'))
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    for (const [name, text] of Object.entries(generate(read_schema()))) {
        writeFileSync(new URL(`../src/api/${name}`, import.meta.url), text)
    }
}
