import { formatDecimal, microsOf, parseDecimal, WaggleError, type Decimal } from '@waggle/base'
import {
  complexTypeOf,
  isUnion,
  logicalTypeOf,
  typeName,
  valueBranch,
  type AvroRecord,
  type AvroType,
} from './avro-schema.ts'
import { SCHEMAS } from './generated/schemas.ts'
import { isKind, type Kind, type WaggleEvent } from './kind.ts'

/** One way between a value of an event and JSON. */
type Convert = (value: unknown, at: string) => unknown

interface Converters {
  readonly toJson: Convert
  readonly fromJson: Convert
}

type FieldConverters = ReadonlyMap<string, Converters>

/** What JSON says as it is. */
const AS_IS: Converters = { toJson: (value) => value, fromJson: (value) => value }

const DECIMAL: Converters = {
  toJson: (value) => formatDecimal(value as Decimal),
  fromJson: (value, at) => {
    const decimal =
      typeof value === 'string' || Number.isSafeInteger(value)
        ? parseDecimal(String(value))
        : undefined
    return decimal ?? refuse(at, value, 'a decimal as text, such as "101.25"')
  },
}

const TIME: Converters = {
  toJson: (value) => value,
  fromJson: (value, at) => {
    if (typeof value !== 'string') return value
    const time = microsOf(value)
    return Number.isFinite(time) ? time : refuse(at, value, 'a time in ISO 8601, or microseconds')
  },
}

const BYTES: Converters = {
  toJson: (value) => Buffer.from(value as Uint8Array).toString('base64'),
  fromJson: (value) => (typeof value === 'string' ? Buffer.from(value, 'base64') : value),
}

const byKind = new Map<Kind, FieldConverters>()

/** An event as JSON: decimals are texts such as "101.25", times microseconds, bytes base64. */
export function eventToJson(event: WaggleEvent): Record<string, unknown> {
  return convertFields(
    event as unknown as Record<string, unknown>,
    convertersOf(event.kind),
    'toJson',
  )
}

/**
 * The fields of an event from JSON, for `validateEvent` to check: decimals from texts, times also from ISO 8601.
 * KIND_UNKNOWN for a kind that is none, FIELD_INVALID for a text that is no decimal or time.
 */
export function eventFromJson(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { kind } = json
  if (typeof kind !== 'string' || !isKind(kind)) {
    const input = String(kind).slice(0, 80)
    throw new WaggleError('KIND_UNKNOWN', `Unknown kind ${input}`, { field: 'kind', input })
  }
  return convertFields(json, convertersOf(kind), 'fromJson')
}

function convertersOf(kind: Kind): FieldConverters {
  let converters = byKind.get(kind)
  if (converters === undefined)
    byKind.set(kind, (converters = fieldConverters(SCHEMAS[kind] as AvroRecord)))
  return converters
}

function fieldConverters({ fields }: Pick<AvroRecord, 'fields'>): FieldConverters {
  return new Map(fields.map(({ name, type }) => [name, converterOf(type)]))
}

function convertFields(
  fields: Readonly<Record<string, unknown>>,
  converters: FieldConverters,
  way: keyof Converters,
): Record<string, unknown> {
  const done: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    const convert = converters.get(name)?.[way]
    done[name] =
      convert === undefined || value === null || value === undefined ? value : convert(value, name)
  }
  return done
}

function converterOf(type: AvroType): Converters {
  if (isUnion(type)) return converterOf(valueBranch(type))
  switch (typeName(type)) {
    case 'bytes':
      return logicalTypeOf(type) === 'decimal' ? DECIMAL : BYTES
    case 'long':
      return logicalTypeOf(type) === 'timestamp-micros' ? TIME : AS_IS
    case 'array':
      return arrayConverter(converterOf(complexTypeOf(type).items ?? 'null'))
    case 'record':
      return recordConverter(complexTypeOf(type))
    default:
      return AS_IS
  }
}

function arrayConverter(item: Converters): Converters {
  if (item === AS_IS) return AS_IS
  const each =
    (way: keyof Converters): Convert =>
    (value, at) =>
      Array.isArray(value)
        ? value.map((one: unknown, index) => item[way](one, `${at}[${index}]`))
        : value
  return { toJson: each('toJson'), fromJson: each('fromJson') }
}

function recordConverter(type: { readonly fields?: AvroRecord['fields'] }): Converters {
  const converters = fieldConverters({ fields: type.fields ?? [] })
  const all =
    (way: keyof Converters): Convert =>
    (value) =>
      typeof value === 'object' && value !== null
        ? convertFields(value as Record<string, unknown>, converters, way)
        : value
  return { toJson: all('toJson'), fromJson: all('fromJson') }
}

function refuse(at: string, value: unknown, wanted: string): never {
  const input = JSON.stringify(value)?.slice(0, 80)
  throw new WaggleError('FIELD_INVALID', `${at} is ${input}, not ${wanted}`, { field: at, input })
}
