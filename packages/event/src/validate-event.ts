import { LIMITS, WaggleError } from '@waggle/base'
import {
  complexTypeOf,
  isUnion,
  logicalTypeOf,
  TIMESTAMP_MAX,
  TIMESTAMP_MIN,
  typeName,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type Constraints,
} from './avro-schema.ts'
import { SCHEMAS } from './generated/schemas.ts'
import { isKind, type Kind, type WaggleEvent } from './kind.ts'

/** Says what is wrong with a value, or nothing. `at` is the path of the value. */
type Check = (value: unknown, at: string) => void

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const SHOWN_LENGTH_MAX = 80
const INT_MIN = -(2 ** 31)
const INT_MAX = 2 ** 31 - 1

interface KindRules {
  readonly names: ReadonlySet<string>
  readonly fields: readonly {
    readonly name: string
    readonly check: Check
    readonly default?: unknown
  }[]
}

const rulesByKind = new Map<Kind, KindRules>()

/**
 * Completes an event with the defaults of its schema and checks every field.
 * Throws FIELD_MISSING, FIELD_INVALID or FIELD_UNKNOWN, which name the field.
 */
export function validateEvent<E extends WaggleEvent>(event: Partial<E> & { kind: E['kind'] }): E {
  const { fields, names } = rulesOf(event.kind)
  const given = event as Record<string, unknown>
  const complete: Record<string, unknown> = { kind: event.kind }
  for (const field of fields) {
    const value = given[field.name] === undefined ? field.default : given[field.name]
    if (value === undefined) {
      throw new WaggleError('FIELD_MISSING', `${event.kind}.${field.name} is missing`, {
        field: field.name,
      })
    }
    field.check(value, field.name)
    complete[field.name] = value
  }
  for (const name of Object.keys(given)) {
    if (!names.has(name)) {
      throw new WaggleError('FIELD_UNKNOWN', `${event.kind} has no field ${name}`, { field: name })
    }
  }
  return complete as unknown as E
}

function rulesOf(kind: Kind): KindRules {
  let rules = rulesByKind.get(kind)
  if (rules === undefined) {
    if (!isKind(kind)) {
      const shown = shownText(kind)
      throw new WaggleError('KIND_UNKNOWN', `Unknown kind ${shown}`, {
        field: 'kind',
        input: shown,
      })
    }
    const schema = SCHEMAS[kind] as AvroRecord
    rules = {
      names: new Set(['kind', ...schema.fields.map((field) => field.name)]),
      fields: schema.fields.map((field) => ({
        name: field.name,
        check: checkOf(field),
        default: field.default,
      })),
    }
    rulesByKind.set(kind, rules)
  }
  return rules
}

/** Bounds of a text, and whether errors, which are logged, may show it. */
type Bounds = Constraints & Pick<AvroField, 'erasable'>

function checkOf(field: AvroField): Check {
  return typeCheck(field.type, field.name === 'subject' ? { ...field, erasable: true } : field)
}

function typeCheck(type: AvroType, bounds: Bounds): Check {
  if (isUnion(type)) {
    const inner = type
      .filter((branch) => branch !== 'null')
      .map((branch) => typeCheck(branch, bounds))
    const check = inner[0] ?? ((value, at) => refuse(at, value, 'null'))
    return (value, at) => (value === null ? undefined : check(value, at))
  }
  switch (typeName(type)) {
    case 'string':
      return logicalTypeOf(type) === 'uuid' ? checkUuid : stringCheck(bounds)
    case 'int':
      return integerCheck({ minimum: INT_MIN, maximum: INT_MAX, ...bounds })
    case 'long':
      return logicalTypeOf(type) === 'timestamp-micros'
        ? integerCheck({ minimum: TIMESTAMP_MIN, maximum: TIMESTAMP_MAX })
        : integerCheck(bounds)
    case 'double':
      return numberCheck(bounds)
    case 'boolean':
      return (value, at) =>
        typeof value === 'boolean' ? undefined : refuse(at, value, 'true or false')
    case 'bytes':
      return logicalTypeOf(type) === 'decimal' ? checkDecimal : checkBytes
    default:
      return complexCheck(type)
  }
}

function complexCheck(named: AvroType): Check {
  const type = complexTypeOf(named)
  switch (type.type) {
    case 'enum': {
      const symbols = type.symbols ?? []
      return (value, at) =>
        symbols.includes(value as string)
          ? undefined
          : refuse(at, value, `one of ${symbols.join(', ')}`)
    }
    case 'array':
      return arrayCheck(typeCheck(type.items ?? 'null', {}))
    case 'map':
      return mapCheck(typeCheck(type.values ?? 'null', {}))
    default:
      return recordCheck(type.fields ?? [])
  }
}

function arrayCheck(item: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > LIMITS.collectionItemsMax) {
      return refuse(at, value, `an array of at most ${LIMITS.collectionItemsMax} items`)
    }
    // By index, because forEach would pass over holes.
    for (let index = 0; index < value.length; index++) item(value[index], `${at}[${index}]`)
  }
}

function mapCheck(item: Check): Check {
  const key = stringCheck({})
  return (value, at) => {
    if (!isPlainObject(value)) return refuse(at, value, 'a plain object')
    const entries = Object.entries(value)
    if (entries.length > LIMITS.collectionItemsMax)
      return refuse(at, value, `an object of at most ${LIMITS.collectionItemsMax} keys`)
    for (const [name, entry] of entries) {
      if (name === '__proto__') return refuse(`${at}.__proto__`, entry, 'under another key')
      key(name, `${at}.${shownText(name)}`)
      item(entry, `${at}.${name}`)
    }
  }
}

function recordCheck(schema: readonly AvroField[]): Check {
  const fields = schema.map((field) => ({ name: field.name, check: checkOf(field) }))
  const names = new Set(schema.map((field) => field.name))
  return (value, at) => {
    if (!isPlainObject(value)) return refuse(at, value, 'a plain object')
    for (const field of fields) field.check(value[field.name], `${at}.${field.name}`)
    for (const name of Object.keys(value)) {
      if (names.has(name)) continue
      const unknown = `${at}.${name}`
      throw new WaggleError('FIELD_UNKNOWN', `There is no field ${unknown}`, { field: unknown })
    }
  }
}

/** Lengths count UTF-16 units, as JavaScript does; the bytes on the wire are bounded as well. */
function stringCheck({
  minLength = 0,
  maxLength = LIMITS.fieldBytesMax,
  erasable = false,
}: Bounds): Check {
  const bytesMax = LIMITS.fieldBytesMax
  const wantedInstead = (value: unknown): string | undefined => {
    if (typeof value !== 'string') return 'text'
    if (value.length < minLength) return `text of at least ${minLength} characters`
    if (value.length > maxLength) return `text of at most ${maxLength} characters`
    // UTF-8 has no half of a surrogate pair: it would be stored as another text than was given.
    if (!value.isWellFormed()) return 'well-formed text (no lone surrogate)'
    if (value.length * 3 > bytesMax && Buffer.byteLength(value) > bytesMax)
      return `text of at most ${bytesMax} bytes`
    return undefined
  }
  return (value, at) => {
    const wanted = wantedInstead(value)
    if (wanted !== undefined) refuse(at, value, wanted, erasable ? 'what is not shown' : undefined)
  }
}

function numberCheck({ minimum = -Infinity, maximum = Infinity }: Constraints): Check {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      return refuse(at, value, 'a finite number')
    if (value < minimum || value > maximum)
      return refuse(at, value, `a number in [${minimum}, ${maximum}]`)
  }
}

function integerCheck({ minimum = -LIMITS.longMax, maximum = LIMITS.longMax }: Constraints): Check {
  return (value, at) => {
    if (!Number.isSafeInteger(value)) return refuse(at, value, 'a safe integer')
    const integer = value as number
    if (integer < minimum || integer > maximum) {
      return refuse(at, value, `an integer in [${minimum}, ${maximum}]`)
    }
  }
}

const checkUuid: Check = (value, at) =>
  typeof value === 'string' && UUID.test(value) ? undefined : refuse(at, value, 'a UUID')

const DECIMAL_LIMIT = 10n ** 38n
const checkDecimal: Check = (value, at) =>
  typeof value === 'bigint' && value > -DECIMAL_LIMIT && value < DECIMAL_LIMIT
    ? undefined
    : refuse(at, value, 'a bigint of 10^-9 units with at most 38 digits')

const checkBytes: Check = (value, at) =>
  value instanceof Uint8Array && value.length <= LIMITS.fieldBytesMax
    ? undefined
    : refuse(at, value, `at most ${LIMITS.fieldBytesMax} bytes`)

/** A literal or parsed JSON: a Map, a Date or a class would lose what it holds. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function refuse(at: string, value: unknown, wanted: string, shown = shownText(value)): never {
  throw new WaggleError('FIELD_INVALID', `${at} must be ${wanted}, got ${shown}`, {
    field: at,
    input: shown,
  })
}

/** A value short enough for a message; never runs code of the value. */
function shownText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_LENGTH_MAX))
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value).slice(0, SHOWN_LENGTH_MAX)
}
