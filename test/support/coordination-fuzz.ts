import fc from 'fast-check'
import type { KnownEvent } from '@waggle/consume'
import type { WaggleEvent } from '@waggle/event'
import { SWARM, START } from './memory-bus.ts'

const NONE = {
  trajectory: null,
  cause: null,
  run: null,
  subject: null,
  model_id: null,
  model_version: null,
  model_cutoff: null,
}
export const VOTERS = [
  { agent: 'a', weight: 1 },
  { agent: 'b', weight: 2 },
  { agent: 'c', weight: 1.5 },
  { agent: 'd', weight: 0.5 },
]

/** What the fuzzers choose: who does what, and how much later than the step before. */
export const voteStep = fc.record({
  agent: fc.constantFrom('a', 'b', 'c', 'd', 'stranger'),
  choice: fc.constantFrom('approve', 'approve', 'reject', 'abstain', 'maybe'),
  later: fc.constantFrom(0, 1, 1, 5),
  tick: fc.boolean(),
})
export type VoteStep = typeof voteStep extends fc.Arbitrary<infer T> ? T : never

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
  const event = { ...envelope, ...NONE, ...fields } as unknown as WaggleEvent
  return {
    event,
    knownFrom,
    late: false,
    position: { topic, partition: 0, offset: BigInt(offset) },
  }
}

export const DEADLINE = 20

/** A proposal at time 0, then the steps. */
export function voteHistory(steps: readonly VoteStep[], quorum: number): KnownEvent[] {
  let at = 0
  const proposal = {
    kind: 'proposal',
    proposal: 'p',
    question: '?',
    options: ['approve', 'reject'],
    electorate: VOTERS,
    quorum,
    threshold: 0.5,
    deadline_at: START + DEADLINE,
  }
  const rest = steps.map(({ agent, choice, later, tick }, index) => {
    at += later
    const fields = tick
      ? { kind: 'tick' }
      : { kind: 'vote', agent, proposal: 'p', choice, confidence: 1, reasoning: '' }
    return knownEvent('waggle.proposals.v1', index + 1, at, fields)
  })
  return [knownEvent('waggle.proposals.v1', 0, 0, proposal), ...rest]
}
