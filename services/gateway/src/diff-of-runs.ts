import type { DiffJson } from '@waggle/api'
import { eventToJson, positionText } from '@waggle/event'
import { diffRuns, type RunDiff } from '@waggle/fork'
import type { KnownEvent } from '@waggle/consume'
import type { GatewayBus } from './gateway-bus.ts'

export interface DiffQuestion {
  readonly swarm: string
  readonly a: string
  readonly b: string
  /** Token of the log's ends: the answer is the same as long as they are. */
  readonly position: string
}

const KEPT = 8

/** Comparisons of runs; those asked for again while the log stands still are not made again. */
export function createRunDiffs({
  log,
  codec,
  vault,
}: Pick<GatewayBus, 'log' | 'codec' | 'vault'>): (question: DiffQuestion) => Promise<DiffJson> {
  const kept = new Map<string, Promise<DiffJson>>()
  return (question) => {
    const key = JSON.stringify(question)
    const known = kept.get(key)
    if (known !== undefined) return known
    const { swarm, a, b } = question
    const source = { log, codec, ...(vault === undefined ? {} : { vault }) }
    const made = diffRuns({ ...source, swarm, a: runIn(a), b: runIn(b) }).then((diff) =>
      diffJson(question, diff),
    )
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
    return made
  }
}

function runIn(name: string): string | null {
  return name === 'live' ? null : name
}

function diffJson(
  { a, b }: DiffQuestion,
  { same, divergences, first, kinds, equity }: RunDiff,
): DiffJson {
  const counts = { same, only_a: 0, only_b: 0, changed: 0 }
  for (const one of divergences) {
    if (one.b === undefined) counts.only_a++
    else if (one.a === undefined) counts.only_b++
    else counts.changed++
  }
  const money = (gain: number | undefined): string => gain?.toFixed(2) ?? ''
  return {
    a,
    b,
    same: divergences.length === 0,
    first:
      first === undefined ? null : { step: first.name, a: sideJson(first.a), b: sideJson(first.b) },
    counts,
    results: [
      { name: 'gain', a: money(equity.a), b: money(equity.b) },
      ...kinds.map(({ kind, same: both, differ, onlyA, onlyB }) => ({
        name: `${kind} events`,
        a: String(both + differ + onlyA),
        b: String(both + differ + onlyB),
      })),
    ],
  }
}

function sideJson(known: KnownEvent | undefined): unknown {
  if (known === undefined) return null
  return { position: positionText(known.position), ...eventToJson(known.event) }
}
