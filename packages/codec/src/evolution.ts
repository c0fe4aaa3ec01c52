import {
  isUnion,
  logicalTypeOf,
  valueBranch,
  type AvroComplex,
  type AvroField,
  type AvroRecord,
  type AvroType,
} from '@waggle/event'
import { checkCompatibility, type Incompatibility } from './compatibility.ts'

export interface EvolutionProblem extends Incompatibility {
  /** Released version that speaks against it, counted from 1. */
  readonly version: number
}

/**
 * Why a schema may not follow the versions released so far (oldest first); empty where it may. Avro's own rules
 * (Avro 1.12, "Schema Resolution", BACKWARD_TRANSITIVE), and those of schemas/README.md on top: events are kept for
 * ever, their bodies go to ClickHouse undecoded, and what was valid once stays valid.
 */
export function evolutionProblems(
  next: AvroRecord,
  released: readonly AvroRecord[],
): EvolutionProblem[] {
  const found = new Map<string, EvolutionProblem>()
  for (const [index, old] of released.entries()) {
    const problems = [
      ...checkCompatibility('BACKWARD_TRANSITIVE', next, [old]),
      ...recordProblems(next, old, ''),
    ]
    for (const problem of problems) {
      const key = `${problem.path} ${problem.reason}`
      if (!found.has(key)) found.set(key, { ...problem, version: index + 1 })
    }
  }
  return [...found.values()]
}

function typeProblems(next: AvroType, old: AvroType, path: string): Incompatibility[] {
  const [one, other] = [valueBranch(next), valueBranch(old)]
  const logical = [logicalTypeOf(other), logicalTypeOf(one)]
  if (logical[0] !== logical[1])
    return [{ path, reason: `logical type ${logical[0] ?? 'none'} became ${logical[1] ?? 'none'}` }]
  if (typeof one === 'string' || typeof other === 'string' || isUnion(one) || isUnion(other))
    return []
  return [
    ...enumProblems(one, other, path),
    ...itemProblems(one.items, other.items, `${path}[]`),
    ...itemProblems(one.values, other.values, `${path}{}`),
    ...recordProblems(one, other, path),
  ]
}

function itemProblems(
  next: AvroType | undefined,
  old: AvroType | undefined,
  path: string,
): Incompatibility[] {
  return next === undefined || old === undefined ? [] : typeProblems(next, old, path)
}

/** Fields keep their places and names; new ones stand at the end, with a default. */
function recordProblems(next: AvroComplex, old: AvroComplex, path: string): Incompatibility[] {
  const [fields, before] = [next.fields ?? [], old.fields ?? []]
  const added = fields.slice(before.length)
  return [
    ...before.flatMap((field, index) =>
      fields[index]?.name === field.name
        ? fieldProblems(fields[index], field, `${path}.${field.name}`)
        : [{ path: `${path}.${field.name}`, reason: missingReason(field, index, fields) }],
    ),
    ...added
      .filter((field) => field.default === undefined)
      .map(({ name }) => ({ path: `${path}.${name}`, reason: 'a new field without a default' })),
  ]
}

function missingReason(field: AvroField, index: number, fields: readonly AvroField[]): string {
  const now = fields.findIndex(({ name }) => name === field.name)
  if (now >= 0) return `moved from place ${index} to ${now}`
  const renamed = fields.find((other) => aliasesOf(other).includes(field.name))
  return renamed === undefined ? 'removed' : `renamed to ${renamed.name}`
}

function fieldProblems(next: AvroField, old: AvroField, path: string): Incompatibility[] {
  const problems = [...boundProblems(next, old), ...promiseProblems(next, old)]
  return [
    ...problems.map((reason) => ({ path, reason })),
    ...typeProblems(next.type, old.type, path),
  ]
}

/** Bounds are those of the newest schema, also for events written under older ones: so they only widen. */
function boundProblems(next: AvroField, old: AvroField): string[] {
  const lower = (['minimum', 'minLength'] as const).filter(
    (bound) => next[bound] !== undefined && next[bound] > (old[bound] ?? -Infinity),
  )
  const upper = (['maximum', 'maxLength'] as const).filter(
    (bound) => next[bound] !== undefined && next[bound] < (old[bound] ?? Infinity),
  )
  return [...lower, ...upper].map(
    (bound) => `${bound} ${old[bound] ?? 'none'} was narrowed to ${next[bound]}`,
  )
}

function promiseProblems(next: AvroField, old: AvroField): string[] {
  const [value, before] = [JSON.stringify(next.default), JSON.stringify(old.default)]
  return [
    // Older events without the field would read otherwise than before.
    ...(before === undefined || value === before
      ? []
      : [`default ${before} became ${value ?? 'none'}`]),
    ...(old.erasable === true && next.erasable !== true ? ['no longer erasable'] : []),
  ]
}

/** Symbols are written as their places, and a reader that lags behind needs something to take a new one for. */
function enumProblems(next: AvroComplex, old: AvroComplex, path: string): Incompatibility[] {
  if (next.symbols === undefined || old.symbols === undefined) return []
  const { symbols, default: fallback } = next as AvroComplex & { readonly default?: string }
  const moved = old.symbols.filter((symbol, index) => symbols![index] !== symbol)
  if (moved.length > 0) return [{ path, reason: `symbols ${moved.join(', ')} lost their places` }]
  const added = symbols!.slice(old.symbols.length)
  return added.length === 0 || fallback !== undefined
    ? []
    : [{ path, reason: `new symbols ${added.join(', ')} without a default of the enum` }]
}

function aliasesOf(field: AvroField): readonly unknown[] {
  const { aliases } = field as AvroField & { readonly aliases?: unknown }
  return Array.isArray(aliases) ? aliases : []
}
