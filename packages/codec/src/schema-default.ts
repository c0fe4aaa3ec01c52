import type { SchemaNode } from './parse-schema.ts'

const INTEGER_MAX: Readonly<Record<string, number>> = { int: 2 ** 31, long: 2 ** 63 }

/** Why a JSON value is no default of a type; undefined where it is one (Avro 1.12, "record fields"). */
export function defaultProblem(type: SchemaNode, value: unknown): string | undefined {
  return isDefault(type, value)
    ? undefined
    : `the default ${JSON.stringify(value).slice(0, 80)} is no ${type.type}`
}

/** Of a union the first branch only: Avro 1.12 allows any, but older readers and avsc do not. */
function isDefault(type: SchemaNode, value: unknown): boolean {
  switch (type.type) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
    case 'long':
      return Number.isInteger(value) && Math.abs((value as number) + 0.5) <= INTEGER_MAX[type.type]!
    case 'float':
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string'
    case 'bytes':
      return isByteText(value)
    case 'fixed':
      return isByteText(value) && value.length === type.size
    case 'enum':
      return type.symbols.includes(value as string)
    case 'array':
      return Array.isArray(value) && value.every((item) => isDefault(type.items!, item))
    case 'union':
      return type.branches[0] !== undefined && isDefault(type.branches[0], value)
    default:
      return isObject(value) && isObjectDefault(type, value)
  }
}

function isObjectDefault(type: SchemaNode, value: Readonly<Record<string, unknown>>): boolean {
  if (type.type === 'map') return Object.values(value).every((item) => isDefault(type.items!, item))
  return type.fields.every((field) =>
    Object.hasOwn(value, field.name) ? isDefault(field.type, value[field.name]) : field.hasDefault,
  )
}

/** Bytes stand in JSON as text of the code points 0 to 255. */
function isByteText(value: unknown): value is string {
  // oxlint-disable-next-line no-control-regex -- they are meant
  return typeof value === 'string' && /^[\u0000-\u00ff]*$/.test(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
