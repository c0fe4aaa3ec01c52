import type { Group, Groups } from './groups.ts'
import type { RecallDocument, RecallQuery } from './recall-index.ts'

export type Filter = Pick<RecallQuery, 'namespaces' | 'sources' | 'kinds' | 'from' | 'to' | 'asOf'>

/** Documents whose words count in the statistics of a question. */
export interface Selection {
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
  readonly groups: Groups
  groupAt: Uint32Array<ArrayBuffer>
  /** 1 for what is neither removed nor dropped. */
  mask: Uint8Array<ArrayBuffer>
  /** In words. */
  lengths: Uint32Array<ArrayBuffer>
  /** An answer about times within [known, removed). */
  known: Float64Array<ArrayBuffer>
  removed: Float64Array<ArrayBuffer>
  occurred: Float64Array<ArrayBuffer>
  live: number
  liveLength: number
}

export function select(columns: Columns, filter: Filter): Selection {
  const { from, to, asOf } = filter
  const { all } = columns.groups
  const groups = all.filter(namesTest(filter))
  const isAnyTime = from === undefined && to === undefined && asOf === undefined
  if (isAnyTime && groups.length === all.length) return everythingLive(columns)
  const { mask, known, removed, lengths } = columns
  const isThere =
    asOf === undefined
      ? (ordinal: number) => mask[ordinal] === 1
      : (ordinal: number) => known[ordinal]! <= asOf && removed[ordinal]! > asOf
  const isInTime = timeTest(columns, filter)
  const found: number[] = []
  let totalLength = 0
  for (const { ordinals } of groups)
    for (const ordinal of ordinals) {
      if (!isThere(ordinal) || !isInTime(ordinal)) continue
      found.push(ordinal)
      totalLength += lengths[ordinal]!
    }
  return {
    isLive: false,
    count: found.length,
    totalLength,
    lengthOf: (ordinal) => lengths[ordinal]!,
    ordinals: () => Uint32Array.from(found),
  }
}

export function everythingLive({ documents, mask, lengths, live, liveLength }: Columns): Selection {
  return {
    isLive: true,
    count: live,
    totalLength: liveLength,
    lengthOf: (ordinal) => lengths[ordinal]!,
    ordinals: () => {
      const out = new Uint32Array(live)
      let next = 0
      for (let ordinal = 0; ordinal < documents.length; ordinal++)
        if (mask[ordinal] === 1) out[next++] = ordinal
      return out
    },
  }
}

/** Whether a group has the names that are asked for. */
export function namesTest({ namespaces, sources, kinds }: Filter): (group: Group) => boolean {
  const [inNamespaces, ofSources, ofKinds] = [namespaces, sources, kinds].map(
    (names) => names && new Set(names),
  )
  return ({ namespace, source, kind }) =>
    inNamespaces?.has(namespace) !== false &&
    ofSources?.has(source) !== false &&
    ofKinds?.has(kind) !== false
}

/** Whether it happened within [from, to). */
export function timeTest(
  { occurred }: Columns,
  { from = -Infinity, to = Infinity }: Filter,
): (ordinal: number) => boolean {
  return (ordinal) => occurred[ordinal]! >= from && occurred[ordinal]! < to
}
