import { partitionName, type Position } from '@waggle/event'

/** Offsets by partition name; a partition without an entry stands at 0. */
export type Offsets = ReadonlyMap<string, bigint>

/** What a run has of one run: all of it, or what stands before some offsets. */
export interface Ancestor {
  /** Null is live. */
  readonly run: string | null
  /** Undefined: all. */
  readonly before: Offsets | undefined
}

/**
 * What a run consists of: itself, then what it began with, run by run back to one that is no fork. A fork's own
 * records stand behind its cut in every partition, for the log had that much when the fork was made.
 */
export interface Lineage {
  readonly swarm: string
  /** The run itself first. */
  readonly ancestors: readonly [Ancestor, ...Ancestor[]]
}

/** A run that is no fork. */
export function rootLineage(swarm: string, run: string | null): Lineage {
  return { swarm, ancestors: [{ run, before: undefined }] }
}

/** A run that begins with what stands before some offsets of another. */
export function forkLineage(parent: Lineage, run: string, cut: Offsets): Lineage {
  const inherited = parent.ancestors.map(({ run: ancestor, before }) => ({
    run: ancestor,
    before: before === undefined ? cut : lesser(before, cut),
  }))
  return { swarm: parent.swarm, ancestors: [{ run, before: undefined }, ...inherited] }
}

/** Id of the run itself; null if live. */
export function runOf({ ancestors }: Lineage): string | null {
  return ancestors[0].run
}

/** Whether a record of this run stands in the lineage. */
export function covers({ ancestors }: Lineage, run: string | null, at: Position): boolean {
  const ancestor = ancestors.find((one) => one.run === run)
  if (ancestor === undefined) return false
  return ancestor.before === undefined || at.offset < offsetAt(ancestor.before, at)
}

/**
 * Where two runs part: what either has before these offsets, both have. Undefined where both are one run; at the
 * start of every partition where they share nothing.
 */
export function partingOf(a: Lineage, b: Lineage): Offsets | undefined {
  for (const { run, before } of a.ancestors) {
    const other = b.ancestors.find((one) => one.run === run)
    if (other === undefined) continue
    if (before === undefined) return other.before
    return other.before === undefined ? before : lesser(before, other.before)
  }
  return new Map()
}

function offsetAt(offsets: Offsets, at: Position): bigint {
  return offsets.get(partitionName(at)) ?? 0n
}

function lesser(a: Offsets, b: Offsets): Offsets {
  const both: [string, bigint][] = []
  for (const [name, offset] of a) {
    const other = b.get(name)
    if (other !== undefined) both.push([name, other < offset ? other : offset])
  }
  return new Map(both)
}
