import fc from 'fast-check'
import type { KnownEvent } from '@waggle/consume'
import { comparePositions, type WaggleEvent } from '@waggle/event'
import { NO_CONTEXT } from './no-context.ts'

/** Partitions of a small bus: enough for events of different ones to be read in another order than known. */
const PLACES = {
  observation: ['waggle.observations.v1', 4],
  decision: ['waggle.decisions.v1', 4],
  outcome: ['waggle.outcomes.v1', 4],
  signal: ['waggle.signals.v1', 4],
  quarantine: ['waggle.compensations.v1', 1],
  erasure: ['waggle.compensations.v1', 1],
  recall: ['waggle.recalls.v1', 4],
} as const

export type StepKind = keyof typeof PLACES

const ENVELOPE = {
  swarm: 's',
  session: 'session',
  ...NO_CONTEXT,
}

const OWN: { readonly [K in StepKind]: object } = {
  observation: { domain: 'd', instrument: null, source: '', content: 'calm', features: {} },
  decision: {
    action: 'BUY',
    instrument: null,
    context: '',
    inputs: [],
    reasoning: '',
    alternatives: [],
    confidence: 0.7,
    predicted_value: 0.01,
    horizon_at: null,
  },
  outcome: { decision: '', value: 0.02, success: true, pnl: null, details: '' },
  signal: { domain: 'd', targets: [], severity: 'INFO', confidence: 1, strength: 1, message: '' },
  quarantine: { quarantined: '', since: 0, lifted: false, reason: '' },
  erasure: { erased: '', step: 'REQUESTED', reason: '', key_fingerprint: '', details: '' },
  recall: { query: '', namespaces: [], found: [], asked_for: 1, as_of: null, latency_us: 1 },
}

/** Writes a log of known events by hand: each partition has its own offsets and a clock that never goes back. */
export function bankSteps(): {
  readonly events: KnownEvent[]
  push(kind: StepKind, id: string, at: number, fields?: object, agent?: string): void
  /** A tick in every partition that is sealed. */
  seal(at: number): void
} {
  const events: KnownEvent[] = []
  const ends = new Map<string, { offset: number; clock: number }>()
  const add = (topic: string, partition: number, at: number, event: object): void => {
    const name = `${topic}/${partition}`
    const end = ends.get(name) ?? { offset: 0, clock: 0 }
    const knownFrom = Math.max(at, end.clock)
    ends.set(name, { offset: end.offset + 1, clock: knownFrom })
    events.push({
      event: {
        ...ENVELOPE,
        seq: events.length,
        occurred_at: at,
        known_at: at,
        ...event,
      } as WaggleEvent,
      position: { topic, partition, offset: BigInt(end.offset) },
      knownFrom,
      late: knownFrom > at,
    })
  }
  return {
    events,
    push: (kind, id, at, fields = {}, agent = 'a') => {
      const [topic, partitions] = PLACES[kind]
      const partition = agent.charCodeAt(0) % partitions
      add(topic, partition, at, { kind, id, agent, ...OWN[kind], ...fields })
    },
    seal: (at) => {
      for (const [topic, partitions] of new Map(Object.values(PLACES))) {
        if (topic === 'waggle.recalls.v1') continue
        for (let partition = 0; partition < partitions; partition++)
          add(topic, partition, at, { kind: 'tick', id: `tick-${at}`, agent: 'run-clock' })
      }
    },
  }
}

export function compareKnownEvents(a: KnownEvent, b: KnownEvent): number {
  return a.knownFrom - b.knownFrom || comparePositions(a.position, b.position)
}

/** One decision after the other by two agents, judged by a third, with distrust in between. */
export const trials = fc.array(
  fc.record({
    gap: fc.constantFrom(0, 5, 15),
    agent: fc.constantFrom('a', 'b', 'c'),
    reporter: fc.constantFrom('a', 'j', 'k'),
    wait: fc.constantFrom(3, 8, 20),
    value: fc.constantFrom(-0.03, 0.01, 0.02, 0.04, 0.04),
    feature: fc.constantFrom(0, 1),
    what: fc.constantFrom('judged', 'judged', 'judged', 'judged', 'judged', 'silent', 'early'),
    distrust: fc.nat(40).map((n) => (n === 0 ? 'a' : n === 1 ? 'j' : undefined)),
    lifted: fc.boolean(),
  }),
  { minLength: 20, maxLength: 80, size: 'max' },
)

export type Trials = typeof trials extends fc.Arbitrary<infer T> ? T : never

/** Events of these trials in the order they are known, sealed at the end. */
export function eventsOfTrials(all: Trials): KnownEvent[] {
  const steps = bankSteps()
  const plan: { at: number; run: () => void }[] = []
  let at = 10
  all.forEach((trial, index) => {
    const { agent, reporter, wait, value, feature, what, distrust, lifted } = trial
    at += trial.gap
    const decided = at
    const features = { x: feature }
    plan.push({
      at: decided,
      run: () => steps.push('observation', `o${index}`, decided, { features }, agent),
    })
    const decision = { inputs: [`o${index}`], horizon_at: decided + 2 + wait }
    plan.push({
      at: decided + 1,
      run: () => steps.push('decision', `d${index}`, decided + 1, decision, agent),
    })
    const judged = decided + (what === 'early' ? 1 : 2) + wait
    const outcome = { decision: `d${index}`, value, success: value > 0 }
    if (what !== 'silent')
      plan.push({
        at: judged,
        run: () => steps.push('outcome', `r${index}`, judged, outcome, reporter),
      })
    if (distrust === undefined) return
    const quarantine = { quarantined: distrust, since: decided - 20, lifted }
    plan.push({
      at: decided,
      run: () => steps.push('quarantine', `q${index}`, decided, quarantine, 'k'),
    })
  })
  plan.sort((a, b) => a.at - b.at)
  for (const { run } of plan) run()
  steps.seal(10_000)
  return steps.events
}
