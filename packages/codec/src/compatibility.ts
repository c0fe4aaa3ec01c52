import { isUnion, typeName, type AvroComplex, type AvroField, type AvroType } from '@waggle/event'

/** Confluent's levels. Backward: the new schema reads old data; forward: old ones read new data. */
export type CompatibilityLevel =
  | 'NONE'
  | 'BACKWARD'
  | 'BACKWARD_TRANSITIVE'
  | 'FORWARD'
  | 'FORWARD_TRANSITIVE'
  | 'FULL'
  | 'FULL_TRANSITIVE'

export const COMPATIBILITY_LEVELS: readonly CompatibilityLevel[] = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
]

export interface Incompatibility {
  /** Where in the schema, such as `.electorate[].weight`. */
  readonly path: string
  readonly reason: string
}

/** Writer's type -> reader's types it may be promoted to (Avro 1.12, "Schema Resolution"). */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

/** Why a new schema may not follow earlier versions (oldest first) at a level; empty where it may. */
export function checkCompatibility(
  level: CompatibilityLevel,
  next: AvroType,
  earlier: readonly AvroType[],
): Incompatibility[] {
  if (level === 'NONE') return []
  const versions = level.endsWith('_TRANSITIVE') ? earlier : earlier.slice(-1)
  const [direction] = level.split('_')
  return versions.flatMap((version) => [
    ...(direction === 'FORWARD' ? [] : readerProblems(next, version)),
    ...(direction === 'BACKWARD' ? [] : readerProblems(version, next)),
  ])
}

/** Why a reader's schema cannot read what a writer's schema wrote; empty where it can. */
export function readerProblems(reader: AvroType, writer: AvroType): Incompatibility[] {
  return new Resolution(reader, writer).problems()
}

class Resolution {
  readonly #reader: AvroType
  readonly #writer: AvroType
  readonly #readerNames = new Map<string, AvroComplex>()
  readonly #writerNames = new Map<string, AvroComplex>()
  /** Pairs of records being compared: a recursive schema is compared once. */
  readonly #open = new Set<string>()

  constructor(reader: AvroType, writer: AvroType) {
    this.#reader = reader
    this.#writer = writer
    collectNames(reader, '', this.#readerNames)
    collectNames(writer, '', this.#writerNames)
  }

  problems(): Incompatibility[] {
    return this.#compare(this.#reader, this.#writer, '')
  }

  #compare(readerRef: AvroType, writerRef: AvroType, path: string): Incompatibility[] {
    const reader = resolve(readerRef, this.#readerNames)
    const writer = resolve(writerRef, this.#writerNames)
    if (isUnion(writer)) return writer.flatMap((branch) => this.#compare(reader, branch, path))
    if (isUnion(reader)) {
      const readable = reader.some((branch) => this.#compare(branch, writer, path).length === 0)
      return readable
        ? []
        : [{ path, reason: `no branch of the reader's union reads ${typeName(writer)}` }]
    }
    const [readerType, writerType] = [typeName(reader), typeName(writer)]
    if (readerType !== writerType) {
      if (PROMOTIONS[writerType]?.includes(readerType) === true) return []
      return [{ path, reason: `${readerType} cannot read ${writerType}` }]
    }
    return typeof reader === 'string' || typeof writer === 'string'
      ? []
      : this.#compareComplex(reader, writer, path)
  }

  #compareComplex(reader: AvroComplex, writer: AvroComplex, path: string): Incompatibility[] {
    switch (reader.type) {
      case 'array':
        return this.#compare(reader.items ?? 'null', writer.items ?? 'null', `${path}[]`)
      case 'map':
        return this.#compare(reader.values ?? 'null', writer.values ?? 'null', `${path}{}`)
      case 'enum':
        return [...nameProblem(reader, writer, path), ...enumProblems(reader, writer, path)]
      case 'fixed':
        return reader.size === writer.size
          ? nameProblem(reader, writer, path)
          : [{ path, reason: `fixed of ${reader.size} bytes cannot read ${writer.size}` }]
      case 'record':
        return [...nameProblem(reader, writer, path), ...this.#recordProblems(reader, writer, path)]
      default:
        return decimalProblem(reader, writer, path)
    }
  }

  #recordProblems(reader: AvroComplex, writer: AvroComplex, path: string): Incompatibility[] {
    const pair = `${reader.name} ${writer.name}`
    if (this.#open.has(pair)) return []
    this.#open.add(pair)
    const problems = (reader.fields ?? []).flatMap((field) => {
      const at = `${path}.${field.name}`
      const written = writer.fields?.find(({ name }) => namesOf(field).includes(name))
      if (written !== undefined) return this.#compare(field.type, written.type, at)
      return field.default === undefined
        ? [{ path: at, reason: 'the writer has no such field and the reader no default' }]
        : []
    })
    this.#open.delete(pair)
    return problems
  }
}

function namesOf(field: AvroField & { readonly aliases?: readonly string[] }): readonly string[] {
  return [field.name, ...(field.aliases ?? [])]
}

/** Names are compared without their namespace, as Java's SchemaCompatibility does. */
function nameProblem(reader: AvroComplex, writer: AvroComplex, path: string): Incompatibility[] {
  const aliases = (reader as { aliases?: readonly string[] }).aliases ?? []
  const wanted = [reader.name, ...aliases].map(shortName)
  return wanted.includes(shortName(writer.name))
    ? []
    : [{ path, reason: `${reader.type} ${reader.name} cannot read ${writer.name}` }]
}

function shortName(name: string | undefined): string {
  return name?.split('.').at(-1) ?? ''
}

function enumProblems(reader: AvroComplex, writer: AvroComplex, path: string): Incompatibility[] {
  if ('default' in reader) return []
  const missing = (writer.symbols ?? []).filter(
    (symbol) => reader.symbols?.includes(symbol) !== true,
  )
  return missing.length === 0
    ? []
    : [{ path, reason: `the reader lacks symbols ${missing.join(', ')}` }]
}

function decimalProblem(reader: AvroComplex, writer: AvroComplex, path: string): Incompatibility[] {
  const bothDecimal = reader.logicalType === 'decimal' && writer.logicalType === 'decimal'
  const same = reader.precision === writer.precision && (reader.scale ?? 0) === (writer.scale ?? 0)
  return bothDecimal && !same ? [{ path, reason: 'decimals of other precision or scale' }] : []
}

function collectNames(type: AvroType, namespace: string, into: Map<string, AvroComplex>): void {
  if (typeof type === 'string') return
  if (isUnion(type)) return type.forEach((branch) => collectNames(branch, namespace, into))
  const own = type.namespace ?? namespace
  if (type.name !== undefined) {
    into.set(type.name, type)
    into.set(`${own}.${type.name}`, type)
  }
  if (type.items !== undefined) collectNames(type.items, own, into)
  if (type.values !== undefined) collectNames(type.values, own, into)
  for (const field of type.fields ?? []) collectNames(field.type, own, into)
}

function resolve(type: AvroType, names: ReadonlyMap<string, AvroComplex>): AvroType {
  const named = typeof type === 'string' ? (names.get(type) ?? type) : type
  const wrapped = typeof named !== 'string' && !isUnion(named) && isPrimitiveWrapper(named)
  return wrapped ? named.type : named
}

/** `{"type": "string"}` means `"string"`; with a logical type it is still read as its base type. */
function isPrimitiveWrapper(type: AvroComplex): boolean {
  return ['null', 'boolean', 'int', 'long', 'float', 'double', 'string'].includes(type.type)
}
