import fc from 'fast-check'
import type { Micros } from '@waggle/base'
import { sealRun, type AnyDraft } from '@waggle/emit'
import { EVENT_TOPICS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { memoryBus, SWARM, type MemoryBus } from './memory-bus.ts'

export const AGENTS = ['ann', 'bob', 'cid'] as const
export const RUN = 'backtest-1'
export const SCOPE = { swarm: SWARM, run: RUN }

/** Whom and what questions about a swarm are about. */
export interface Asked {
  readonly scope: { readonly swarm: string; readonly run: string | null }
  readonly agents: readonly string[]
  readonly proposals: readonly string[]
  readonly locks: readonly string[]
  readonly namespace: string
}

/** What there is to ask of this world. */
export const PAST_WORLD: Asked = {
  scope: SCOPE,
  agents: AGENTS,
  proposals: ['p0', 'p1', 'p2'],
  locks: ['0', '1', '2'],
  namespace: 'desk',
}
const SECOND = 1_000_000

/** Something an agent says; numbers choose the details. */
export interface Step {
  readonly agent: (typeof AGENTS)[number]
  readonly what: (typeof WHATS)[number]
  readonly seconds: number
  /** How far back it claims to have happened and to have been known, in seconds. */
  readonly backdated: number
  readonly pick: number
}

const WHATS = [
  'agent',
  'weight',
  'signal',
  'acknowledgment',
  'observation',
  'decision',
  'outcome',
  'verdict',
  'fill',
  'bar',
  'agent_state',
  'lock',
  'unlock',
  'proposal',
  'vote',
  'memory_write',
  'subscription',
  'fact',
  'experience',
  'procedure',
  'recall',
  'quarantine',
  'other run',
  'duplicate',
] as const

export const anyStep: fc.Arbitrary<Step> = fc.record({
  agent: fc.constantFrom(...AGENTS),
  what: fc.constantFrom(...WHATS),
  seconds: fc.nat(5),
  backdated: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(60)),
  pick: fc.nat(30),
})

export interface PastWorld {
  readonly bus: MemoryBus
  act(steps: readonly Step[]): Promise<void>
  /** Moves time on and every partition of the run with it. */
  seal(): Promise<void>
}

/** A run of a swarm that says a bit of everything, late, corrected and twice too. */
export async function pastWorld(): Promise<PastWorld> {
  const bus = await memoryBus()
  const ids: string[] = []
  const emitters = new Map(AGENTS.map((agent) => [agent, bus.emitter(agent, { run: RUN })]))
  const others = new Map(
    AGENTS.map((agent) => [agent, bus.emitter(agent, { session: `live-${agent}` })]),
  )
  const say = async (step: Step): Promise<void> => {
    const at = bus.clock.now() - step.backdated * SECOND
    const draft = { ...draftOf(step, ids, bus.clock.now()), known_at: at, occurred_at: at }
    const emitter = (step.what === 'other run' ? others : emitters).get(step.agent)!
    const [emitted] = await emitter.emitAll([draft as AnyDraft])
    ids.push(emitted!.event.id)
  }
  return {
    bus,
    act: async (steps) => {
      for (const step of steps) {
        bus.clock.advance(step.seconds * SECOND)
        await (step.what === 'duplicate' ? repeat(bus, step.pick) : say(step))
      }
    },
    seal: async () => {
      bus.clock.advance(SECOND)
      await sealRun({ ...bus, ...SCOPE, at: bus.clock.now() })
    },
  }
}

/** The bytes of some record once more, as a retry whose producer the log does not recognise. */
async function repeat({ log }: MemoryBus, pick: number): Promise<void> {
  const ends = await log.ends(partitionsOf(log, EVENT_TOPICS))
  const filled = ends.filter(({ offset }) => offset > 0n)
  const end = filled[pick % Math.max(1, filled.length)]
  if (end === undefined) return
  const [record] = await log.read({ ...end, offset: BigInt(pick) % end.offset }, 1)
  const { topic, key, value, headers } = record!
  await log.append([{ topic, key, value, headers }])
}

/** What an agent says at a step, after everything with these ids was said. */
export function draftOf(
  { agent, what, pick }: Pick<Step, 'agent' | 'what' | 'pick'>,
  ids: readonly string[],
  now: Micros,
): object {
  const id = ids[pick % Math.max(1, ids.length)] ?? '0191f000-0000-7000-8000-000000000000'
  const name = `${pick % 3}`
  const other = AGENTS[pick % AGENTS.length]!
  switch (what) {
    case 'agent':
      return { kind: 'agent', op: pick % 4 === 0 ? 'LEFT' : 'JOINED', role: 'r', weight: 1 + pick }
    case 'weight':
      return { kind: 'agent', op: 'WEIGHTED', role: '', weight: pick / 10, subject_agent: other }
    case 'signal':
      return {
        kind: 'signal',
        domain: 'd',
        severity: 'HIGH',
        confidence: 0.5,
        message: `m${pick}`,
        ttl_ms: 20_000,
      }
    case 'acknowledgment':
      return { kind: 'acknowledgment', signal: id, signal_agent: other, status: 'DONE' }
    case 'observation':
    case 'other run':
      return {
        kind: 'observation',
        domain: 'd',
        source: 's',
        content: `saw ${pick}`,
        instrument: 'SPX',
      }
    case 'decision':
      return {
        kind: 'decision',
        action: `A${name}`,
        context: '{}',
        reasoning: `as ${pick} says`,
        confidence: 0.6,
        inputs: ids.length === 0 ? [] : [id],
        cause: ids.length === 0 ? null : id,
      }
    case 'outcome':
      return { kind: 'outcome', decision: id, value: pick / 100, success: pick % 2 === 0 }
    case 'verdict':
      return {
        kind: 'verdict',
        decision: id,
        outcome: id,
        judged: other,
        label: pick % 2 === 0 ? 'CORRECT' : 'INCORRECT',
        score: pick / 30,
        rule: 'brier',
      }
    case 'fill':
      return {
        kind: 'fill',
        decision: id,
        instrument: 'SPX',
        quantity: BigInt(pick),
        price: 5n,
        fee: 1n,
      }
    case 'bar': {
      const price = BigInt(pick)
      const prices = { open: price, high: price, low: price, close: price, volume: price }
      return { kind: 'bar', instrument: 'SPX', interval: 'P1D', ...prices }
    }
    case 'agent_state':
      return { kind: 'agent_state', type: 'CURRENT', version: pick, state: `${pick}` }
    default:
      return sharedDraft({ agent, what, name, pick, now, other })
  }
}

interface Details {
  readonly agent: string
  readonly what: Step['what']
  readonly name: string
  readonly pick: number
  readonly now: Micros
  readonly other: string
}

function sharedDraft({ agent, what, name, pick, now, other }: Details): object {
  switch (what) {
    case 'lock':
    case 'unlock': {
      const op = what === 'lock' ? 'ACQUIRE' : 'RELEASE'
      const lease = what === 'lock' ? { lease_ms: 10_000, wait_ms: 60_000 } : {}
      return { kind: 'lock_command', op, resource: name, request: `${agent}-${pick % 4}`, ...lease }
    }
    case 'proposal':
      return {
        kind: 'proposal',
        proposal: `p${name}`,
        question: `${pick}?`,
        electorate: AGENTS.map((voter) => ({ agent: voter, weight: 1 })),
        deadline_at: now + 10 * SECOND,
      }
    case 'vote':
      return {
        kind: 'vote',
        proposal: `p${name}`,
        choice: pick % 2 === 0 ? 'approve' : 'reject',
        confidence: 1,
      }
    case 'memory_write':
      return {
        kind: 'memory_write',
        namespace: 'desk',
        key: name,
        value: pick % 5 === 0 ? null : `${pick}`,
        expected_version: pick % 3 === 0 ? 0 : null,
      }
    case 'subscription':
      return { kind: 'subscription', subscription: name, op: 'OPENED', pattern: `c.${pick}` }
    case 'fact':
      return { kind: 'fact', namespace: agent, entity: 'ACME', attribute: name, value: `${pick}` }
    case 'experience':
      return {
        kind: 'experience',
        namespace: agent,
        type: 'trade',
        content: `Bought ${pick} shares of ACME`,
        importance: 0.5,
      }
    case 'procedure':
      return {
        kind: 'procedure',
        namespace: agent,
        name: 'enter',
        category: 'c',
        description: `${pick}`,
        op: 'DEFINED',
        steps: [{ action: 'buy', tool: 'order', arguments: '{}' }],
      }
    case 'recall':
      return { kind: 'recall', query: 'ACME', found: [], asked_for: 5, latency_us: 10 }
    default:
      return {
        kind: 'quarantine',
        quarantined: other,
        since: now - pick * SECOND,
        lifted: pick % 2 === 0,
        reason: 'a test',
      }
  }
}
