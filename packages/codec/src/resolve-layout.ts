import {
  isUnion,
  typeName,
  type AvroComplex,
  type AvroField,
  type AvroRecord,
  type AvroType,
} from '@waggle/event'
import { sameWire } from './same-wire.ts'

/** How bodies of one schema are read as events of another: its fields in their order, then what it does not have. */
export interface Layout {
  readonly fields: readonly AvroField[]
  /** Defaults, in the order of the reader's fields. */
  readonly missing: readonly AvroField[]
}

/**
 * The layout of a writer's schema that differs from the reader's only as ours may (schemas/README.md): the fields of
 * the writer write the same bytes, save for symbols that came later, and further ones have a plain default. Undefined
 * for any other schema: that takes the whole of Avro 1.12, "Schema Resolution".
 *
 * The bounds are the reader's, whatever the writer claims.
 */
export function layoutOf(writer: AvroRecord, reader: AvroRecord): Layout | undefined {
  const wanted = new Map(reader.fields.map((field) => [field.name, field]))
  const fields: AvroField[] = []
  for (const written of writer.fields) {
    const field = wanted.get(written.name)
    if (field === undefined) return undefined
    wanted.delete(written.name)
    if (sameWire(written.type, field.type)) fields.push(field)
    else if (isOlderEnum(written.type, field.type)) fields.push({ ...field, type: written.type })
    else return undefined
  }
  const missing = [...wanted.values()]
  return missing.every(hasPlainDefault) ? { fields, missing } : undefined
}

function isOlderEnum(written: AvroType, wanted: AvroType): boolean {
  const [older, newer] = [symbolsOf(written), symbolsOf(wanted)]
  return older.length > 0 && older.every((symbol, index) => newer[index] === symbol)
}

function symbolsOf(type: AvroType): readonly string[] {
  return typeof type === 'string' || isUnion(type) ? [] : ((type as AvroComplex).symbols ?? [])
}

/** A default that is the same in JSON and in an event: a decimal is not. */
function hasPlainDefault({ type, default: value }: AvroField): boolean {
  if (value === null) return true
  if (Array.isArray(value)) return value.length === 0
  if (typeof value === 'object') return Object.keys(value).length === 0 && typeName(type) === 'map'
  return value !== undefined && typeName(type) !== 'bytes'
}
