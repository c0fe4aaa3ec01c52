import fc from 'fast-check'
import { LIMITS } from '@waggle/base'
import {
  isUnion,
  logicalTypeOf,
  SCHEMAS,
  TIMESTAMP_MAX,
  TIMESTAMP_MIN,
  typeName,
  complexTypeOf,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type Constraints,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'

/** Any valid event of a kind, made from its schema. */
export function anyEvent(kind: Kind): fc.Arbitrary<WaggleEvent> {
  return anyRecord(SCHEMAS[kind] as AvroRecord).map(
    (event) => ({ kind, ...event }) as unknown as WaggleEvent,
  )
}

/** The fields of any event written with a schema, such as an older version of a kind's. */
export function anyRecord({ fields }: AvroRecord): fc.Arbitrary<object> {
  return fc.record(
    Object.fromEntries(fields.map((field) => [field.name, ofType(field.type, field)] as const)),
  )
}

function ofType(type: AvroType, bounds: Constraints): fc.Arbitrary<unknown> {
  if (isUnion(type)) {
    const inner = type.find((branch) => branch !== 'null') ?? 'null'
    return fc.option(ofType(inner, bounds), { nil: null })
  }
  const { minimum, maximum } = bounds
  switch (typeName(type)) {
    case 'string':
      return logicalTypeOf(type) === 'uuid' ? fc.uuid() : text(bounds)
    case 'boolean':
      return fc.boolean()
    case 'int':
      return fc.integer({ min: minimum ?? -(2 ** 31), max: maximum ?? 2 ** 31 - 1 })
    case 'long':
      return logicalTypeOf(type) === 'timestamp-micros'
        ? fc.integer({ min: TIMESTAMP_MIN, max: TIMESTAMP_MAX })
        : fc.integer({
            min: minimum ?? -LIMITS.longMax,
            max: maximum ?? LIMITS.longMax,
          })
    case 'double':
      return fc.double({
        noNaN: true,
        noDefaultInfinity: true,
        ...(minimum === undefined ? {} : { min: minimum }),
        ...(maximum === undefined ? {} : { max: maximum }),
      })
    case 'bytes':
      return fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n })
    default:
      return complex(complexTypeOf(type))
  }
}

function complex(type: ReturnType<typeof complexTypeOf>): fc.Arbitrary<unknown> {
  switch (type.type) {
    case 'enum':
      return fc.constantFrom(...(type.symbols ?? []))
    case 'array':
      return fc.array(ofType(type.items ?? 'null', {}), { maxLength: 4 })
    case 'map':
      return fc.dictionary(
        fc.string({ maxLength: 6 }).filter((key) => key !== '__proto__'),
        ofType(type.values ?? 'null', {}),
        { maxKeys: 4, noNullPrototype: true },
      )
    default:
      return fc.record(
        Object.fromEntries(
          (type.fields ?? []).map((field: AvroField) => [field.name, ofType(field.type, field)]),
        ),
      )
  }
}

const text = ({ minLength = 0, maxLength = 40 }: Constraints): fc.Arbitrary<string> =>
  fc
    .string({ minLength, maxLength: Math.min(maxLength, 40), unit: 'grapheme' })
    .filter((value) => value.length <= maxLength && value.length >= minLength)
