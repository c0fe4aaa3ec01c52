import type { Group } from './groups.ts'
import type { RecallQuery } from './recall-index.ts'
import { namesTest, timeTest, type Columns } from './selection.ts'

/**
 * What may be in an answer, but for `where`. Names, rights and trust are decided for whole groups, so that asking
 * about one document is a look into a few small arrays.
 */
export interface Permit {
  readonly groups: readonly Group[]
  /** Documents that are live and permitted; an estimate where times or trust divide groups. */
  readonly count: number
  /** Whether `live` of the groups is what is permitted of them. */
  readonly isWhole: boolean
  /** Whether rights and trust let it through, whatever the time. */
  passes(ordinal: number): boolean
  /** Whether it is live and permitted. */
  has(ordinal: number): boolean
  /** Live and permitted ones of these groups. */
  ordinals(groups: readonly Group[]): Uint32Array
}

/** Documents looked at to estimate how many a filter by time lets through. */
const SAMPLES = 256
/** By group: nothing, everything, or what was known before a time. */
const [NONE, ALL, BEFORE] = [0, 1, 2] as const

export function permit(columns: Columns, query: RecallQuery): Permit {
  const { all } = columns.groups
  const isNamed = namesTest(query)
  const { mayRead, trustedBefore } = query
  const states = new Uint8Array(all.length)
  const until = new Float64Array(all.length)
  let [total, isWhole] = [0, query.from === undefined && query.to === undefined]
  const groups: Group[] = []
  for (const group of all) {
    if (group.ordinals.length === 0 || !isNamed(group)) continue
    if (mayRead !== undefined && !mayRead(group.namespace)) continue
    const before = trustedBefore?.(group.source) ?? Infinity
    if (!(before > group.earliest)) continue
    states[group.id] = before === Infinity ? ALL : BEFORE
    until[group.id] = before
    if (before < Infinity) isWhole = false
    if (group.live > 0) groups.push(group)
    total += group.live
  }
  const { mask, known, groupAt } = columns
  const passes = (ordinal: number): boolean => {
    const state = states[groupAt[ordinal]!]!
    return state === ALL || (state !== NONE && known[ordinal]! < until[groupAt[ordinal]!]!)
  }
  const isInTime = timeTest(columns, query)
  const has = isWhole
    ? (ordinal: number): boolean => mask[ordinal] === 1 && states[groupAt[ordinal]!] === ALL
    : (ordinal: number): boolean => mask[ordinal] === 1 && passes(ordinal) && isInTime(ordinal)
  return {
    groups,
    count: isWhole ? total : Math.ceil(total * shareOf(groups, has)),
    isWhole,
    passes,
    has,
    ordinals: (some) => {
      let size = 0
      const out = new Uint32Array(some.reduce((sum, { live }) => sum + live, 0))
      for (const { ordinals } of some)
        for (let i = 0; i < ordinals.length; i++) if (has(ordinals[i]!)) out[size++] = ordinals[i]!
      return out.subarray(0, size)
    },
  }
}

/** Share of the live ones that pass, by an even sample. */
function shareOf(groups: readonly Group[], has: (ordinal: number) => boolean): number {
  const size = groups.reduce((sum, { ordinals }) => sum + ordinals.length, 0)
  const step = Math.max(1, Math.floor(size / SAMPLES))
  let [looked, found, at] = [0, 0, 0]
  for (const { ordinals } of groups) {
    for (; at < ordinals.length; at += step) {
      looked++
      if (has(ordinals[at]!)) found++
    }
    at -= ordinals.length
  }
  return Math.max(1, found) / Math.max(1, looked)
}
