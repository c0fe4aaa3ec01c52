import type { AvroType } from '@waggle/event'
import { parseSchema, type SchemaNode } from './parse-schema.ts'

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
  return new Resolution().problems(parseSchema(reader), parseSchema(writer))
}

/**
 * Records may contain themselves and each other. A pair of records is compared once a round and holds
 * where it is met again; a round that finds a pair to fail is repeated with that known, until no more fail
 * (the greatest fixed point). So the work is bounded by the pairs there are, not by the paths to them.
 */
class Resolution {
  /** Pairs 'reader writer' known to fail. */
  readonly #failed = new Set<string>()
  #met = new Set<string>()

  problems(reader: SchemaNode, writer: SchemaNode): Incompatibility[] {
    for (;;) {
      const known = this.#failed.size
      this.#met = new Set()
      const problems = this.#compare(reader, writer, '')
      if (this.#failed.size === known) return problems
    }
  }

  #compare(reader: SchemaNode, writer: SchemaNode, path: string): Incompatibility[] {
    if (writer.type === 'union')
      return writer.branches.flatMap((branch) => this.#compare(reader, branch, path))
    if (reader.type === 'union') {
      const reads = (branch: SchemaNode): boolean =>
        this.#compare(branch, writer, path).length === 0
      if (reader.branches.some(reads)) return []
      return [{ path, reason: `no branch of the reader's union reads ${nameOf(writer)}` }]
    }
    if (reader.type !== writer.type) {
      if (PROMOTIONS[writer.type]?.includes(reader.type) === true) return []
      return [{ path, reason: `${nameOf(reader)} cannot read ${nameOf(writer)}` }]
    }
    return this.#compareEqualTypes(reader, writer, path)
  }

  #compareEqualTypes(reader: SchemaNode, writer: SchemaNode, path: string): Incompatibility[] {
    switch (reader.type) {
      case 'array':
        return this.#compare(reader.items!, writer.items!, `${path}[]`)
      case 'map':
        return this.#compare(reader.items!, writer.items!, `${path}{}`)
      case 'enum':
        return nameProblem(reader, writer, path) ?? enumProblems(reader, writer, path)
      case 'record':
        return nameProblem(reader, writer, path) ?? this.#compareRecords(reader, writer, path)
      case 'fixed':
        if (reader.size !== writer.size) {
          return [{ path, reason: `fixed of ${reader.size} bytes cannot read ${writer.size}` }]
        }
        return nameProblem(reader, writer, path) ?? decimalProblems(reader, writer, path)
      default:
        return decimalProblems(reader, writer, path)
    }
  }

  #compareRecords(reader: SchemaNode, writer: SchemaNode, path: string): Incompatibility[] {
    const pair = `${reader.name} ${writer.name}`
    if (this.#met.has(pair)) {
      if (!this.#failed.has(pair)) return []
      return [{ path, reason: `${reader.name} cannot read ${writer.name}, as found before` }]
    }
    this.#met.add(pair)
    const byName = new Map(writer.fields.map((field) => [field.name, field]))
    const problems = reader.fields.flatMap((field) => {
      const at = `${path}.${field.name}`
      const name = [field.name, ...field.aliases].find((wanted) => byName.has(wanted))
      const written = name === undefined ? undefined : byName.get(name)
      if (written !== undefined) return this.#compare(field.type, written.type, at)
      return field.hasDefault
        ? []
        : [{ path: at, reason: 'the writer has no such field and the reader no default' }]
    })
    if (problems.length > 0) this.#failed.add(pair)
    return problems
  }
}

/** Names are compared without their namespace, aliases with it, as Java's SchemaCompatibility does. */
function nameProblem(
  reader: SchemaNode,
  writer: SchemaNode,
  path: string,
): Incompatibility[] | undefined {
  const sameName = shortName(reader.name) === shortName(writer.name)
  if (sameName || reader.aliases.includes(writer.name!)) return undefined
  return [{ path, reason: `${reader.type} ${reader.name} cannot read ${writer.name}` }]
}

function shortName(name: string | undefined): string {
  return name?.split('.').at(-1) ?? ''
}

function nameOf({ name, type }: SchemaNode): string {
  return name ?? type
}

function enumProblems(reader: SchemaNode, writer: SchemaNode, path: string): Incompatibility[] {
  if (reader.fallback !== undefined) return []
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol))
  if (missing.length === 0) return []
  return [{ path, reason: `the reader lacks symbols ${missing.join(', ')}` }]
}

function decimalProblems(reader: SchemaNode, writer: SchemaNode, path: string): Incompatibility[] {
  const both = reader.decimal !== undefined && writer.decimal !== undefined
  if (!both || reader.decimal === writer.decimal) return []
  return [{ path, reason: 'decimals of other precision or scale' }]
}
