import { formatDecimal } from '@waggle/base'
import {
  complexTypeOf,
  isUnion,
  logicalTypeOf,
  typeName,
  valueBranch,
  type AvroField,
  type AvroType,
} from '@waggle/event'

/** A value of an event as ClickHouse gives it in JSONEachRow, with exact numbers as text. */
export function clickhouseValue(type: AvroType, value: unknown): unknown {
  if (isUnion(type)) return value === null ? null : clickhouseValue(valueBranch(type), value)
  switch (typeName(type)) {
    case 'long':
      return logicalTypeOf(type) === 'timestamp-micros' ? dateTime(value as number) : String(value)
    case 'bytes':
      return formatDecimal(value as bigint)
    // JSON has no negative zero.
    case 'double':
      return (value as number) === 0 ? 0 : value
    case 'string':
    case 'boolean':
    case 'int':
      return value
    default:
      return complexValue(type, value)
  }
}

function complexValue(named: AvroType, value: unknown): unknown {
  const type = complexTypeOf(named)
  switch (type.type) {
    case 'enum':
      return value
    case 'array':
      return (value as unknown[]).map((item) => clickhouseValue(type.items ?? 'null', item))
    case 'map':
      return mapped(value as object, () => type.values ?? 'null')
    default: {
      const fields = new Map((type.fields ?? []).map((field: AvroField) => [field.name, field]))
      return mapped(value as object, (name) => fields.get(name)!.type)
    }
  }
}

function mapped(value: object, typeOf: (name: string) => AvroType): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, clickhouseValue(typeOf(name), item)]),
  )
}

/** Microseconds as `YYYY-MM-DD hh:mm:ss.ffffff`. */
export function dateTime(micros: number): string {
  const seconds = Math.floor(micros / 1e6)
  const fraction = String(micros - seconds * 1e6).padStart(6, '0')
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`
}
