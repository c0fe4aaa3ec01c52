/** Avro schema -> TypeScript text. Pure; covers exactly the Avro subset of schemas/README.md. */

type AvroType = string | AvroType[] | AvroObject
interface AvroObject {
  type: string
  name?: string
  logicalType?: string
  items?: AvroType
  values?: AvroType
  symbols?: string[]
  fields?: AvroField[]
}
interface AvroField {
  name: string
  type: AvroType
  doc: string
}
export interface SchemaFile {
  kind: string
  schema: { name: string; doc: string; fields: AvroField[] }
}

const HEADER = '// Generated from schemas/ by `npm run generate`. Do not edit.\n'

export function renderKinds(envelope: SchemaFile['schema'], files: readonly SchemaFile[]): string {
  const named = new Map<string, string>()
  const envelopeNames = new Set(envelope.fields.map((field) => field.name))
  const events = files.map(({ kind, schema }) => {
    const own = schema.fields.filter((field) => !envelopeNames.has(field.name))
    return `/** ${schema.doc} */\nexport interface ${schema.name} extends Envelope {\n  kind: '${kind}'\n${renderFields(own, named)}}\n`
  })
  const envelopeText = `/** ${envelope.doc} */\nexport interface Envelope {\n${renderFields(envelope.fields, named)}}\n`
  const union = `export interface EventByKind {\n${files.map((f) => `  ${f.kind}: ${f.schema.name}\n`).join('')}}\n`
  return [
    HEADER,
    `import type { Decimal, Micros } from '@waggle/base'\n`,
    envelopeText,
    ...named.values(),
    ...events,
    union,
  ].join('\n')
}

export function renderSchemas(files: readonly SchemaFile[]): string {
  const entries = files.map(({ kind, schema }) => `  ${kind}: ${JSON.stringify(schema)},\n`)
  return `${HEADER}\nexport const SCHEMAS = {\n${entries.join('')}} as const\n`
}

function renderFields(fields: readonly AvroField[], named: Map<string, string>): string {
  return fields
    .map((field) => `  /** ${field.doc} */\n  ${field.name}: ${typeText(field.type, named)}\n`)
    .join('')
}

function typeText(type: AvroType, named: Map<string, string>): string {
  if (Array.isArray(type)) return type.map((branch) => typeText(branch, named)).join(' | ')
  if (typeof type === 'string') return primitiveText(type)
  if (type.logicalType === 'decimal') return 'Decimal'
  if (type.logicalType === 'timestamp-micros') return 'Micros'
  switch (type.type) {
    case 'array':
      return `${typeText(type.items ?? 'null', named)}[]`
    case 'map':
      return `Record<string, ${typeText(type.values ?? 'null', named)}>`
    case 'enum':
      return nameType(
        type,
        named,
        `export type ${type.name} = ${type.symbols?.map((s) => `'${s}'`).join(' | ')}\n`,
      )
    case 'record':
      return nameType(
        type,
        named,
        `export interface ${type.name} {\n${renderFields(type.fields ?? [], named)}}\n`,
      )
    default:
      return primitiveText(type.type)
  }
}

function nameType(type: AvroObject, named: Map<string, string>, text: string): string {
  const name = type.name ?? ''
  named.set(name, text)
  return name
}

function primitiveText(type: string): string {
  const text = {
    null: 'null',
    boolean: 'boolean',
    int: 'number',
    long: 'number',
    float: 'number',
    double: 'number',
    string: 'string',
    bytes: 'Uint8Array',
  }[type]
  if (text === undefined) throw new Error(`Avro type outside the subset: ${type}`)
  return text
}
