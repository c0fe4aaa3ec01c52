import fc from 'fast-check'
import { seededRandom } from '@waggle/base'
import { createEmitter, sealRun, type AnyDraft, type Emitter } from '@waggle/emit'
import type { TopicPartition } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { MEMORY_TOPICS } from '@waggle/memory'
import { createMemoryVault, type Vault } from '@waggle/vault'
import { memoryBus, SWARM, type MemoryBus } from './memory-bus.ts'

export const AGENTS = ['ann', 'bob', 'cid'] as const
export const HOUR = 3_600_000_000

/** One thing an agent does to its memory; numbers choose the details. */
export interface MemoryAction {
  readonly agent: (typeof AGENTS)[number]
  readonly what: (typeof WHATS)[number]
  readonly advanceHours: number
  /** How far back it claims to have been known, in hours. */
  readonly backdatedHours: number
  readonly pick: number
}

const SAYS = ['experience', 'observation', 'decision', 'outcome', 'signal', 'fact'] as const
const DOES = ['recall', 'removal', 'quarantine', 'release', 'tick'] as const
const WHATS = [...SAYS, ...DOES, 'erasure'] as const

export function anyMemoryActions(whats: readonly (typeof WHATS)[number][] = WHATS) {
  return fc.array(
    fc.record<MemoryAction>({
      agent: fc.constantFrom(...AGENTS),
      what: fc.constantFrom(...whats),
      advanceHours: fc.nat(8),
      backdatedHours: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(30)),
      pick: fc.nat(1000),
    }),
    { minLength: 5, maxLength: 40 },
  )
}

/** What does not reach back in time: all but erasures. */
export const LASTING = WHATS.filter((what) => what !== 'erasure')

export interface MemoryFeed {
  readonly bus: MemoryBus
  readonly vault: Vault
  /** Ids of everything said so far. */
  readonly ids: string[]
  act(actions: readonly MemoryAction[]): Promise<void>
  seal(): Promise<void>
}

/** A bus on which agents remember, cite, recall, remove, distrust and erase. */
export async function memoryFeed(): Promise<MemoryFeed> {
  const bus = await memoryBus()
  const vault = createMemoryVault(seededRandom(1))
  const emitters = new Map<string, Emitter>(
    AGENTS.map((agent) => [
      agent,
      createEmitter({ ...bus, swarm: SWARM, agent, session: agent, seal: vault.seal }),
    ]),
  )
  const ids: string[] = []
  const seal = (): Promise<void> =>
    sealRun({ ...bus, swarm: SWARM, run: null, at: bus.clock.now() })
  const act = async (actions: readonly MemoryAction[]): Promise<void> => {
    for (const action of actions) {
      bus.clock.advance(action.advanceHours * HOUR)
      if (action.what === 'tick') await seal()
      else {
        const at = bus.clock.now() - action.backdatedHours * HOUR
        const draft = { ...draftOf(action, ids), known_at: at, occurred_at: at } as AnyDraft
        const [emitted] = await emitters.get(action.agent)!.emitAll([draft])
        ids.push(emitted!.event.id)
      }
    }
  }
  return { bus, vault, ids, act, seal }
}

export function memoryPartitions(bus: MemoryBus): TopicPartition[] {
  return partitionsOf(bus.log, MEMORY_TOPICS)
}

function draftOf({ agent, what, pick }: MemoryAction, ids: readonly string[]): AnyDraft {
  const earlier = ids.length === 0 ? [] : [ids[pick % ids.length]!]
  const other = AGENTS[pick % AGENTS.length]!
  const subject = pick % 5 === 0 ? `person-${pick % 2}` : null
  switch (what) {
    case 'experience':
      return {
        kind: 'experience',
        namespace: pick % 3 === 0 ? 'shared' : agent,
        type: `type ${pick % 2}`,
        content: `Bought ${pick} shares of ACME`,
        importance: (pick % 10) / 10,
        tags: [`tag${pick % 3}`],
        evidence: earlier,
        ttl_ms: pick % 7 === 0 ? 7_200_000 : null,
        subject,
      }
    case 'observation':
      return {
        kind: 'observation',
        domain: 'trend',
        source: 'feed',
        content: `Saw ${pick}`,
        subject,
      }
    case 'decision':
      return {
        kind: 'decision',
        action: 'LONG',
        context: '{}',
        reasoning: `Because of ${pick}`,
        confidence: 0.5,
        inputs: earlier,
      }
    case 'outcome':
      return {
        kind: 'outcome',
        decision: earlier[0] ?? '0191f000-0000-7000-8000-000000000000',
        value: pick,
        success: pick % 2 === 0,
        details: 'as measured',
      }
    case 'signal':
      return { kind: 'signal', domain: 'risk', severity: 'LOW', confidence: 0.7, ttl_ms: 1000 }
    case 'fact':
      return {
        kind: 'fact',
        namespace: agent,
        entity: 'ACME',
        attribute: `a${pick % 3}`,
        value: `${pick}`,
        evidence: earlier,
        subject,
      }
    case 'recall':
      return {
        kind: 'recall',
        query: 'ACME',
        found: earlier.map((memory) => ({ memory, score: 1 })),
        asked_for: 5,
        latency_us: 10,
      }
    case 'removal':
      return { kind: 'removal', namespace: agent, memory: earlier[0] ?? 'none' }
    case 'quarantine':
    case 'release':
      return {
        kind: 'quarantine',
        quarantined: other,
        since: 1_577_836_800_000_000 + (pick % 100) * HOUR,
        lifted: what === 'release',
        reason: 'a test',
      }
    default:
      return { kind: 'erasure', erased: `person-${pick % 2}`, step: 'REQUESTED' }
  }
}
