import type { Micros } from '@waggle/base'
import type { Kind } from '@waggle/event'
import { compareRuns, type ComparedRuns, type CompareOptions } from './compare-runs.ts'
import { runEquity, type EquityPoint } from './run-equity.ts'

/** How many steps of a kind are the same, differ, or are only in one of the runs. */
export interface KindDiff {
  readonly kind: Kind
  readonly same: number
  readonly differ: number
  readonly onlyA: number
  readonly onlyB: number
}

export interface EquityDiff {
  /** Gains at the end of each run; undefined for one without bars and fills. */
  readonly a: number | undefined
  readonly b: number | undefined
  /** Where the gains lay farthest apart, of the times that both have. */
  readonly widest: { readonly at: Micros; readonly a: number; readonly b: number } | undefined
}

export interface RunDiff extends ComparedRuns {
  readonly kinds: readonly KindDiff[]
  readonly equity: EquityDiff
}

/** Two runs compared: steps by kind, where they diverge, and what they gained. */
export async function diffRuns(options: CompareOptions): Promise<RunDiff> {
  const { log, codec, swarm } = options
  const compared = await compareRuns(options)
  const [a, b] = [
    await runEquity({ log, codec, swarm, run: options.a }),
    await runEquity({ log, codec, swarm, run: options.b }),
  ]
  return { ...compared, kinds: kindsOf(compared), equity: equityOf(a, b) }
}

function kindsOf({ a, divergences }: ComparedRuns): KindDiff[] {
  const counts = new Map<Kind, { total: number; differ: number; onlyA: number; onlyB: number }>()
  const of = (kind: Kind): { total: number; differ: number; onlyA: number; onlyB: number } => {
    const count = counts.get(kind) ?? { total: 0, differ: 0, onlyA: 0, onlyB: 0 }
    counts.set(kind, count)
    return count
  }
  for (const { known } of a.steps) of(known.event.kind).total++
  for (const one of divergences) {
    const count = of((one.a ?? one.b)!.event.kind)
    if (one.b === undefined) count.onlyA++
    else if (one.a === undefined) count.onlyB++
    else count.differ++
  }
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([kind, { total, ...count }]) => ({
      kind,
      same: total - count.differ - count.onlyA,
      ...count,
    }))
}

function equityOf(a: readonly EquityPoint[], b: readonly EquityPoint[]): EquityDiff {
  const others = new Map(b.map(({ at, gain }) => [at, gain]))
  let widest: EquityDiff['widest']
  for (const { at, gain } of a) {
    const other = others.get(at)
    if (other === undefined || other === gain) continue
    if (widest === undefined || Math.abs(gain - other) > Math.abs(widest.a - widest.b))
      widest = { at, a: gain, b: other }
  }
  return { a: a.at(-1)?.gain, b: b.at(-1)?.gain, widest }
}
