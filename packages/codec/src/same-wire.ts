import {
  isUnion,
  logicalTypeOf,
  typeName,
  type AvroComplex,
  type AvroField,
  type AvroType,
} from '@waggle/event'

/**
 * Whether two schemas write the same bytes with the same meaning: types, logical types, fields and symbols
 * in order. Docs, defaults, aliases, bounds and foreign attributes (`avro.java.string`) do not count, nor
 * do the names of nested types.
 */
export function sameWire(a: AvroType, b: AvroType): boolean {
  if (isUnion(a) || isUnion(b)) {
    return isUnion(a) && isUnion(b) && samePairs(a, b, sameWire)
  }
  if (typeName(a) !== typeName(b) || logicalTypeOf(a) !== logicalTypeOf(b)) return false
  if (typeof a === 'string' && typeof b === 'string') return true
  const [one, two] = [objectOf(a), objectOf(b)]
  return (
    one.size === two.size &&
    one.precision === two.precision &&
    (one.scale ?? 0) === (two.scale ?? 0) &&
    sameWire(one.items ?? 'null', two.items ?? 'null') &&
    sameWire(one.values ?? 'null', two.values ?? 'null') &&
    samePairs(one.symbols ?? [], two.symbols ?? [], (x, y) => x === y) &&
    samePairs(one.fields ?? [], two.fields ?? [], sameField)
  )
}

function sameField(a: AvroField, b: AvroField): boolean {
  return a.name === b.name && sameWire(a.type, b.type)
}

function samePairs<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((item, index) => same(item, b[index]!))
}

const NOTHING: Partial<AvroComplex> = {}

function objectOf(type: AvroType): Partial<AvroComplex> {
  return typeof type === 'string' || isUnion(type) ? NOTHING : type
}
