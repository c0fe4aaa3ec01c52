import { DECIMAL_PRECISION, LIMITS } from '@waggle/base'
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
} from '@waggle/event'
import { decimalFromBytes } from './decimal-type.ts'
import type { ByteCursor } from './byte-cursor.ts'

const INT_MIN = -(2 ** 31)
const INT_MAX = 2 ** 31 - 1

/** Moves the cursor behind one value, or refuses it with BYTES_MALFORMED. */
export type Walker = (cursor: ByteCursor) => void

export interface FieldWalker {
  readonly name: string
  readonly walk: Walker
}

/**
 * Checks the bytes of a record without decoding it: structure, lengths, block counts and the bounds
 * of the schema. What passes can be spliced into an Avro container and is safe to decode.
 */
export function compileFieldWalkers(
  schema: Pick<AvroRecord, 'fields'>,
  constraintsOf: (field: string) => Constraints,
): FieldWalker[] {
  return schema.fields.map((field) => ({
    name: field.name,
    walk: walkerOf(field.type, { ...field, ...constraintsOf(field.name) }),
  }))
}

function walkerOf(type: AvroType, bounds: Constraints): Walker {
  if (isUnion(type)) return unionWalker(type, bounds)
  switch (typeName(type)) {
    case 'null':
      return () => {}
    case 'boolean':
      return (cursor) => {
        if (cursor.bytes[cursor.take(1)]! > 1) cursor.fail('Boolean that is neither 0 nor 1')
      }
    case 'int':
      return integerWalker({ minimum: INT_MIN, maximum: INT_MAX, ...bounds })
    case 'long':
      return logicalTypeOf(type) === 'timestamp-micros'
        ? integerWalker({ minimum: TIMESTAMP_MIN, maximum: TIMESTAMP_MAX })
        : integerWalker(bounds)
    case 'float':
      return (cursor) => void cursor.take(4)
    case 'double':
      return doubleWalker(bounds)
    case 'string':
      return logicalTypeOf(type) === 'uuid' ? uuidWalker : stringWalker(bounds)
    case 'bytes':
      return logicalTypeOf(type) === 'decimal'
        ? decimalWalker
        : (cursor) => void cursor.block(LIMITS.fieldBytesMax)
    default:
      return complexWalker(type)
  }
}

function complexWalker(named: AvroType): Walker {
  const type = complexTypeOf(named)
  switch (type.type) {
    case 'fixed': {
      const size = type.size ?? 0
      return (cursor) => void cursor.take(size)
    }
    case 'enum': {
      const count = type.symbols?.length ?? 0
      return (cursor) => {
        const index = cursor.long()
        if (index < 0 || index >= count) cursor.fail(`Enum index ${index} outside [0, ${count})`)
      }
    }
    case 'array':
      return blocksWalker(walkerOf(type.items ?? 'null', {}))
    case 'map': {
      const value = walkerOf(type.values ?? 'null', {})
      return blocksWalker((cursor) => {
        const start = cursor.text(LIMITS.fieldBytesMax)
        if (isProto(cursor, start)) cursor.fail('Map key __proto__')
        value(cursor)
      })
    }
    default: {
      const walkers = (type.fields ?? []).map((field: AvroField) => walkerOf(field.type, field))
      return (cursor) => {
        for (const walk of walkers) walk(cursor)
      }
    }
  }
}

/** Avro writes arrays and maps as blocks: a count, then that many items, until a count of 0. */
function blocksWalker(item: Walker): Walker {
  return (cursor) => {
    let total = 0
    for (let count = cursor.long(); count !== 0; count = cursor.long()) {
      let end = -1
      if (count < 0) {
        count = -count
        const size = cursor.long()
        if (size < 0) cursor.fail('Negative block size')
        end = cursor.position + size
      }
      total += count
      if (total > LIMITS.collectionItemsMax)
        cursor.fail(`More than ${LIMITS.collectionItemsMax} items`)
      for (let i = 0; i < count; i++) {
        const before = cursor.position
        item(cursor)
        if (cursor.position === before) cursor.fail('Items without bytes')
      }
      // Readers that skip a block go by its size: another one would make them read other events.
      if (end >= 0 && cursor.position !== end) cursor.fail('Block of another size than it claims')
    }
  }
}

function unionWalker(type: readonly AvroType[], bounds: Constraints): Walker {
  const branches = type.map((branch) => walkerOf(branch, bounds))
  return (cursor) => {
    const index = cursor.long()
    const branch = branches[index]
    if (branch === undefined) return cursor.fail(`Union branch ${index} of ${branches.length}`)
    branch(cursor)
  }
}

function integerWalker({ minimum = -Infinity, maximum = Infinity }: Constraints): Walker {
  return (cursor) => {
    const value = cursor.long()
    if (value < minimum || value > maximum) cursor.fail(`${value} outside [${minimum}, ${maximum}]`)
  }
}

function doubleWalker({ minimum = -Infinity, maximum = Infinity }: Constraints): Walker {
  return (cursor) => {
    const value = cursor.double()
    if (!Number.isFinite(value)) cursor.fail(`${value}`)
    if (value < minimum || value > maximum) cursor.fail(`${value} outside [${minimum}, ${maximum}]`)
  }
}

/** A least length other than 1 is counted in bytes here, in UTF-16 units at emit. */
function stringWalker({ minLength = 0, maxLength = LIMITS.fieldBytesMax }: Constraints): Walker {
  return (cursor) => {
    const start = cursor.text(maxLength)
    if (cursor.position - start < minLength) cursor.fail('Empty text')
  }
}

const PROTO = Buffer.from('__proto__')
function isProto({ bytes, position }: ByteCursor, start: number): boolean {
  return position - start === PROTO.length && bytes.subarray(start, position).equals(PROTO)
}

const DECIMAL_BYTES_MAX = 16
const DECIMAL_LIMIT = 10n ** BigInt(DECIMAL_PRECISION)
const decimalWalker: Walker = (cursor) => {
  const start = cursor.block(DECIMAL_BYTES_MAX)
  const length = cursor.position - start
  if (length === 0) cursor.fail('Decimal without bytes')
  // Fewer bytes cannot hold as many digits.
  if (length < DECIMAL_BYTES_MAX) return
  const value = decimalFromBytes(cursor.bytes.subarray(start, cursor.position))
  if (value >= DECIMAL_LIMIT || value <= -DECIMAL_LIMIT) cursor.fail('Decimal of too many digits')
}

const HYPHENS = new Set([8, 13, 18, 23])
/** The length of a UUID, 36, as the one byte that readers of checked bytes rely on. */
const UUID_PREFIX = 72
const uuidWalker: Walker = (cursor) => {
  if (cursor.bytes[cursor.take(1)] !== UUID_PREFIX) cursor.fail('UUID without 36 characters')
  const start = cursor.take(36)
  for (let i = 0; i < 36; i++) {
    const byte = cursor.bytes[start + i]!
    if (HYPHENS.has(i) ? byte !== 0x2d : !isHexDigit(byte)) cursor.fail('Text that is no UUID')
  }
}

function isHexDigit(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x66) ||
    (byte >= 0x41 && byte <= 0x46)
  )
}
