import { createHash } from 'node:crypto'
import { stateRows, type ViewRow } from '@waggle/consume'
import type { HotState, HotSwarm } from './hot-state.ts'

/** SHA-256 over the state with all maps sorted; equal states have equal digests, however they came about. */
export function digestHot(state: HotState): string {
  const plain = sorted(state).map(([run, swarms]) => [
    run,
    sorted(swarms).map(([name, swarm]) => [name, plainSwarm(swarm)]),
  ])
  const text = JSON.stringify(plain, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  return createHash('sha256').update(text).digest('hex')
}

/** The same row by row. */
export function* hotRows(state: HotState): Generator<ViewRow> {
  for (const [run, swarms] of state)
    for (const [name, swarm] of swarms) {
      const signals = new Map(
        [...swarm.signals].filter(([, signal]) => signal.expiresAt > swarm.clock),
      )
      // When to look for what has expired is no part of what is known.
      yield* stateRows({ ...swarm, signals, expiryDueAt: 0 }, `${run}/${encodeURIComponent(name)}`)
    }
}

function plainSwarm(swarm: HotSwarm): unknown {
  return {
    agents: sorted(swarm.agents),
    states: sorted(swarm.states).map(([agent, states]) => [
      agent,
      Object.entries(states).sort(byName),
    ]),
    signals: sorted(swarm.signals).filter(([, signal]) => signal.expiresAt > swarm.clock),
    decisions: swarm.decisions,
    decisionsByAgent: sorted(swarm.decisionsByAgent),
    holdings: sorted(swarm.holdings),
    fences: sorted(swarm.fences),
    staleFills: swarm.staleFills,
    bars: sorted(swarm.bars),
    clock: swarm.clock,
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map.entries()].sort(byName)
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}
