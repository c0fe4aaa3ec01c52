import type { KnownEvent } from '@waggle/consume'
import { positionText, type Signal } from '@waggle/event'
import { resultsInLog, scoped, type History } from './history.ts'

/**
 * Alarms ring, once: a signal that is to escalate does so exactly if no acknowledgment that is enough (one of
 * every target, or of anyone but its sender) stands before the first record of its partition and run that is
 * known after its time. A signal whose `dedupe_key` was seen before is a repeat and never rings.
 */
export function alarmsRing(history: History): string[] {
  const rung = new Map<string, number>()
  for (const { event } of resultsInLog(history)) {
    if (event.kind !== 'escalation') continue
    const name = scoped(event, event.signal)
    rung.set(name, (rung.get(name) ?? 0) + 1)
  }
  return [...history.known.values()].flatMap((partition) =>
    signalsOf(partition).flatMap(({ signal, at, repeat }) => {
      const times = rung.get(scoped(signal, signal.id)) ?? 0
      const expected = !repeat && isOverdue(partition, signal, at) ? 1 : 0
      if (times === expected) return []
      return [`the signal at ${positionText(partition[at]!.position)} rings ${times} times`]
    }),
  )
}

interface Sent {
  readonly signal: Signal
  /** Index in its partition. */
  readonly at: number
  readonly repeat: boolean
}

/** No signal of the workload expires before the end, so the first of a key stays the one that counts. */
function signalsOf(partition: readonly KnownEvent[]): Sent[] {
  const keys = new Set<string>()
  return partition.flatMap(({ event }, at) => {
    if (event.kind !== 'signal') return []
    const key = scoped(event, `${event.agent}/${event.dedupe_key}`)
    const repeat = event.dedupe_key !== null && keys.has(key)
    keys.add(key)
    return [{ signal: event, at, repeat }]
  })
}

function isOverdue(partition: readonly KnownEvent[], signal: Signal, at: number): boolean {
  const dueAt = partition[at]!.knownFrom + signal.escalate_after_ms! * 1000
  const names = new Set([signal.id, ...repeatsOf(partition, signal, at)])
  const heard = new Set<string>()
  for (const { event, knownFrom } of partition.slice(at + 1)) {
    if (event.run !== signal.run) continue
    if (knownFrom > dueAt) return true
    if (event.kind !== 'acknowledgment' || event.swarm !== signal.swarm) continue
    if (!names.has(event.signal)) continue
    heard.add(event.agent)
    const { targets } = signal
    if (
      targets.length === 0 ? event.agent !== signal.agent : targets.every((one) => heard.has(one))
    )
      return false
  }
  return false
}

function repeatsOf(partition: readonly KnownEvent[], signal: Signal, at: number): string[] {
  if (signal.dedupe_key === null) return []
  return partition.slice(at).flatMap(({ event }) => {
    const same = event.kind === 'signal' && event.dedupe_key === signal.dedupe_key
    const ours = event.swarm === signal.swarm && event.run === signal.run
    return same && ours && event.agent === signal.agent ? [event.id] : []
  })
}
