import type { KnownEvent } from '@waggle/consume'
import type { WaggleEvent } from '@waggle/event'
import { SWARM, START } from './memory-bus.ts'
import { NO_CONTEXT } from './no-context.ts'

/** An admitted event in partition 0, known `at` microseconds after START. */
export function knownEvent(topic: string, offset: number, at: number, fields: object): KnownEvent {
  const knownFrom = START + at
  const envelope = {
    id: `id-${offset}`,
    swarm: SWARM,
    agent: 'a',
    session: 's',
    seq: offset,
    occurred_at: knownFrom,
    known_at: knownFrom,
  }
  const event = { ...envelope, ...NO_CONTEXT, ...fields } as unknown as WaggleEvent
  return {
    event,
    knownFrom,
    late: false,
    position: { topic, partition: 0, offset: BigInt(offset) },
  }
}
