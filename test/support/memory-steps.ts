import { eventId, validateEvent, type EventByKind, type Kind } from '@waggle/event'
import type { MemoryEvent } from '../../packages/memory/src/memory-state.ts'
import { START, SWARM } from './memory-bus.ts'
import { NO_CONTEXT } from './no-context.ts'

/** What a test says of an event; ids, places and times follow from the order. */
export type SaidOf<K extends Kind> = { readonly kind: K } & Partial<Omit<EventByKind[K], 'kind'>>
export type Said = { [K in Kind]: SaidOf<K> }[Kind]

export interface Teller {
  /** The next event of the partition, one second later unless `at` says otherwise. */
  say<K extends Kind>(
    said: SaidOf<K>,
    at?: number,
  ): MemoryEvent & { readonly event: EventByKind[K] }
  /** Known time of the last event. */
  readonly now: number
}

/** Events of one partition as folds take them, without a log. */
export function teller(topic = 'waggle.memories.v1', partition = 0): Teller {
  let offset = 0n
  let now = START
  return {
    get now() {
      return now
    },
    say: <K extends Kind>({ agent = 'ann', ...said }: SaidOf<K>, at?: number) => {
      now = at ?? now + 1_000_000
      const seq = Number(offset) + 1
      const session = `${topic}/${partition}/${agent}`
      const event = validateEvent<EventByKind[K]>({
        id: eventId(session, seq, now),
        swarm: SWARM,
        agent,
        session,
        seq,
        occurred_at: now,
        known_at: now,
        ...NO_CONTEXT,
        ...said,
      } as never)
      const position = { topic, partition, offset: offset++ }
      return { event, position, knownFrom: now, late: false, erased: false, frame: null as never }
    },
  }
}

export const SCOPE = { swarm: SWARM, run: null }

export const PROCEDURE = {
  kind: 'procedure',
  namespace: 'ann',
  name: 'enter',
  category: 'trading',
} as const
