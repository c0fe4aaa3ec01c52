/** A field of a schema, nested ones by their path. */
export interface AvroField {
  readonly path: string
  readonly type: string
  readonly fallback: string | undefined
  readonly doc: string
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Fields of an Avro schema in their order; those of nested records stand behind the field that has them. */
export function avroFields(schema: unknown, before = ''): AvroField[] {
  if (!isObject(schema) || !Array.isArray(schema['fields'])) return []
  return (schema['fields'] as unknown[]).filter(isObject).flatMap((field) => {
    const path = `${before}${String(field['name'])}`
    const own: AvroField = {
      path,
      type: typeText(field['type']),
      fallback: 'default' in field ? JSON.stringify(field['default']) : undefined,
      doc: typeof field['doc'] === 'string' ? field['doc'] : '',
    }
    return [own, ...recordsIn(field['type']).flatMap((one) => avroFields(one, `${path}.`))]
  })
}

function recordsIn(type: unknown): Json[] {
  if (Array.isArray(type)) return type.flatMap(recordsIn)
  if (!isObject(type)) return []
  if (type['type'] === 'record') return [type]
  return recordsIn(type['items'] ?? type['values'])
}

/** A type on one line: `null | timestamp-micros`, `decimal(38, 9)`, `array<string>`, `enum(A, B)`. */
export function typeText(type: unknown): string {
  if (Array.isArray(type)) return type.map(typeText).join(' | ')
  if (!isObject(type)) return String(type)
  const logical = type['logicalType']
  if (logical === 'decimal')
    return `decimal(${String(type['precision'])}, ${String(type['scale'])})`
  if (typeof logical === 'string') return logical
  switch (type['type']) {
    case 'array':
      return `array<${typeText(type['items'])}>`
    case 'map':
      return `map<${typeText(type['values'])}>`
    case 'enum':
      return `enum(${(type['symbols'] as string[]).join(', ')})`
    case 'fixed':
      return `fixed(${String(type['size'])})`
    case 'record':
      return `record ${String(type['name'])}`
    default:
      return typeText(type['type'])
  }
}
