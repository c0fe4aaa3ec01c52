import type { RecallDocument, RecallQuery } from './recall-index.ts'
import type { NameColumn } from './name-column.ts'

export type Filter = Pick<RecallQuery, 'namespaces' | 'sources' | 'kinds' | 'from' | 'to' | 'asOf'>

/** What a question is about. */
export interface Selection {
  /** By ordinal: 1 if it may be an answer. */
  readonly mask: Uint8Array
  /** Everything live, nothing else. */
  readonly isLive: boolean
  readonly count: number
  /** Words in all of it. */
  readonly totalLength: number
  lengthOf(ordinal: number): number
  ordinals(): Uint32Array
}

/** What is known of documents, by ordinal. */
export interface Columns {
  readonly documents: (RecallDocument | undefined)[]
  readonly namespaces: NameColumn
  readonly sources: NameColumn
  readonly kinds: NameColumn
  /** 1 for what is neither removed nor dropped. */
  mask: Uint8Array<ArrayBuffer>
  /** In words. */
  lengths: Uint32Array<ArrayBuffer>
  /** An answer about times within [known, removed). */
  known: Float64Array<ArrayBuffer>
  removed: Float64Array<ArrayBuffer>
  live: number
  readonly liveBySource: number[]
  liveLength: number
}

const NAMED = ['namespaces', 'sources', 'kinds'] as const satisfies readonly (keyof Filter)[]

export function select(columns: Columns, filter: Filter): Selection {
  const named = NAMED.filter((name) => filter[name] !== undefined)
  const tests = [...timeTests(columns, filter)]
  if (named.length === 0 && tests.length === 0) return everythingLive(columns)
  const [narrowest, ...others] = named
    .map((name) => ({ column: columns[name], ids: columns[name].idsOf(filter[name]!) }))
    .sort((a, b) => a.column.sizeOf(a.ids) - b.column.sizeOf(b.ids))
  tests.push(...others.map(({ column, ids }) => column.test(ids)))
  if (filter.asOf === undefined) tests.push((ordinal) => columns.mask[ordinal] === 1)

  const mask = new Uint8Array(columns.documents.length)
  const found: number[] = []
  let totalLength = 0
  const consider = (ordinal: number): void => {
    for (const test of tests) if (!test(ordinal)) return
    mask[ordinal] = 1
    found.push(ordinal)
    totalLength += columns.lengths[ordinal]!
  }
  if (narrowest !== undefined) narrowest.column.each(narrowest.ids, consider)
  else for (let ordinal = 0; ordinal < mask.length; ordinal++) consider(ordinal)
  return {
    mask,
    isLive: false,
    count: found.length,
    totalLength,
    lengthOf: lengthIn(columns),
    ordinals: () => Uint32Array.from(found),
  }
}

function* timeTests(
  { documents, known, removed }: Columns,
  { from, to, asOf }: Filter,
): Generator<(ordinal: number) => boolean> {
  if (asOf !== undefined) yield (ordinal) => known[ordinal]! <= asOf && removed[ordinal]! > asOf
  if (from !== undefined) yield (ordinal) => (documents[ordinal]?.occurredAt ?? -Infinity) >= from
  if (to !== undefined) yield (ordinal) => (documents[ordinal]?.occurredAt ?? Infinity) < to
}

function everythingLive(columns: Columns): Selection {
  const mask = columns.mask.subarray(0, columns.documents.length)
  const ordinals = (): Uint32Array => {
    const out = new Uint32Array(columns.live)
    let next = 0
    for (let ordinal = 0; ordinal < mask.length; ordinal++)
      if (mask[ordinal] === 1) out[next++] = ordinal
    return out
  }
  return {
    mask,
    isLive: true,
    count: columns.live,
    totalLength: columns.liveLength,
    lengthOf: lengthIn(columns),
    ordinals,
  }
}

function lengthIn({ lengths }: Columns): (ordinal: number) => number {
  return (ordinal) => lengths[ordinal]!
}
