import type { AdmittedRecord } from '@waggle/consume'
import { RECENT_DECISIONS, RECENT_DECISIONS_BY_AGENT } from './hot-state.ts'

/**
 * Leaves out the decisions that later ones of the same batch push out of every list: they need not even be
 * decoded. Within a run and partition the order of the offsets is the order of what was known; and the last event
 * of a swarm always stays, so its clock is moved as by all of them.
 */
export function skipSuperseded(events: readonly AdmittedRecord[]): AdmittedRecord[] {
  const ofSwarm = new Map<string, number>()
  const ofAgent = new Map<string, number>()
  const kept: AdmittedRecord[] = []
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]!
    if (event.writer.kind !== 'decision' || isRecent(event)) kept.push(event)
  }
  return kept.reverse()

  function isRecent({ envelope: { run, swarm, agent } }: AdmittedRecord): boolean {
    const scope = `${run ?? ''}\n${swarm}`
    const all = count(ofSwarm, scope)
    const own = count(ofAgent, `${scope}\n${agent}`)
    return all <= RECENT_DECISIONS || own <= RECENT_DECISIONS_BY_AGENT
  }
}

function count(counts: Map<string, number>, name: string): number {
  const next = (counts.get(name) ?? 0) + 1
  counts.set(name, next)
  return next
}
