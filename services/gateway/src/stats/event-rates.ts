import type { Micros } from '@waggle/base'
import { emptyAdmission, judgeBatch, type AdmittedRecord } from '@waggle/consume'
import type { Kind } from '@waggle/event'
import { EVENT_TOPICS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import type { GatewayBus } from '../gateway-bus.ts'

export interface RateScope {
  readonly swarm: string
  readonly run: string | null
}

export interface Rates {
  readonly events: number
  readonly byAgent: Readonly<Record<string, number>>
  readonly byKind: Readonly<Record<string, number>>
}

interface Counted extends RateScope {
  readonly agent: string
  readonly kind: Kind
  readonly at: Micros
  count: number
}

const WINDOW_MICROS = 1_000_000
const BATCH_RECORDS = 4096

/** Events of the last second, as they were tailed: a count for each agent and kind in each batch, and no event kept. */
export class EventRates {
  #counted: Counted[] = []

  add(records: readonly AdmittedRecord[], now: Micros): void {
    const found = new Map<string, Counted>()
    for (const { envelope, writer } of records) {
      const { swarm, run, agent } = envelope
      const key = JSON.stringify([swarm, run, agent, writer.kind])
      const known = found.get(key)
      if (known !== undefined) known.count++
      else found.set(key, { swarm, run, agent, kind: writer.kind, at: now, count: 1 })
    }
    this.#forget(now)
    this.#counted.push(...found.values())
  }

  of({ swarm, run }: RateScope, now: Micros): Rates {
    this.#forget(now)
    const byAgent: Record<string, number> = {}
    const byKind: Record<string, number> = {}
    let events = 0
    for (const one of this.#counted) {
      if (one.swarm !== swarm || one.run !== run) continue
      events += one.count
      byAgent[one.agent] = (byAgent[one.agent] ?? 0) + one.count
      byKind[one.kind] = (byKind[one.kind] ?? 0) + one.count
    }
    return { events, byAgent, byKind }
  }

  #forget(now: Micros): void {
    const first = this.#counted.findIndex(({ at }) => at > now - WINDOW_MICROS)
    this.#counted = first < 0 ? [] : this.#counted.slice(first)
  }
}

/** Counts what is appended from now on, until the signal aborts. */
export async function tailRates(
  { log, codec, clock }: Pick<GatewayBus, 'log' | 'codec' | 'clock'>,
  rates: EventRates,
  signal: AbortSignal,
): Promise<void> {
  const ends = await log.ends(partitionsOf(log, EVENT_TOPICS))
  for await (const batch of log.tail(ends, { signal, maxRecords: BATCH_RECORDS })) {
    // Of admission only what a record is refused for by itself: repeats are the log's to recognise.
    const { admitted } = await judgeBatch(codec, emptyAdmission(), batch)
    rates.add(admitted, clock.now())
  }
}
