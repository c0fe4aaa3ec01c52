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
  schema: AvroRecord,
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
        if (cursor.text() === '__proto__') cursor.fail('Map key __proto__')
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
      if (count < 0) {
        count = -count
        if (cursor.long() < 0) cursor.fail('Negative block size')
      }
      total += count
      if (total > LIMITS.collectionItemsMax)
        cursor.fail(`More than ${LIMITS.collectionItemsMax} items`)
      for (let i = 0; i < count; i++) {
        const before = cursor.position
        item(cursor)
        if (cursor.position === before) cursor.fail('Items without bytes')
      }
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

/** Lengths are bytes here and characters at emit; UTF-8 takes up to four bytes a character. */
function stringWalker({ minLength = 0, maxLength }: Constraints): Walker {
  const max = maxLength === undefined ? LIMITS.fieldBytesMax : maxLength * 4
  return (cursor) => {
    const start = cursor.block(max)
    if (cursor.position - start < minLength) cursor.fail('Empty text')
  }
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
const uuidWalker: Walker = (cursor) => {
  const start = cursor.block(36)
  if (cursor.position - start !== 36) cursor.fail('UUID without 36 characters')
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
