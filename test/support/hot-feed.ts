import fc from 'fast-check'
import { emptyAdmission, judgeBatch, type ProjectionBatch } from '@waggle/consume'
import { sealRun, type AnyDraft } from '@waggle/emit'
import type { TopicPartition } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { HOT_TOPICS } from '@waggle/view-hot'
import { memoryBus, START, SWARM, type MemoryBus } from './memory-bus.ts'

export const AGENTS = ['a', 'b:{c}', 'd/é'] as const
export const RUNS = [null, 'fork:1'] as const

/** One thing an agent does in a run, with numbers that choose the details. */
export interface HotAction {
  readonly agent: (typeof AGENTS)[number]
  readonly run: (typeof RUNS)[number]
  readonly what: 'agent' | 'state' | 'signal' | 'decision' | 'fill' | 'guarded' | 'bar'
  readonly advanceMs: number
  readonly pick: number
}

export const anyHotActions: fc.Arbitrary<HotAction[]> = fc.array(
  fc.record({
    agent: fc.constantFrom(...AGENTS),
    run: fc.constantFrom(...RUNS),
    // Decisions and fills add up: they show what is applied twice or left out.
    what: fc.oneof(
      fc.constantFrom('agent', 'state', 'signal', 'decision', 'fill', 'guarded', 'bar'),
      fc.constantFrom('decision', 'fill', 'guarded'),
    ),
    advanceMs: fc.nat(3000),
    pick: fc.nat(6),
  }),
  { minLength: 10, maxLength: 60 },
)

/** A memory bus whose log tells of these actions; a tick moves every clock of the live run at the end. */
export async function busWith(actions: readonly HotAction[]): Promise<MemoryBus> {
  const bus = await memoryBus()
  const emitters = new Map(
    AGENTS.flatMap((agent) =>
      RUNS.map((run) => {
        const emitter = bus.emitter(agent, { run, session: `${agent} in ${run}` })
        return [`${agent} in ${run}`, emitter] as const
      }),
    ),
  )
  for (const action of actions) {
    bus.clock.advance(action.advanceMs * 1000)
    await emitters.get(`${action.agent} in ${action.run}`)!.emitAll([draftOf(action)])
  }
  await sealRun({ ...bus, swarm: SWARM, run: null, at: bus.clock.now() })
  return bus
}

function draftOf({ what, pick }: HotAction): AnyDraft {
  const fill = {
    kind: 'fill',
    decision: '0191f000-0000-7000-8000-000000000000',
    instrument: pick % 2 === 0 ? 'SPX' : 'a:b',
    quantity: BigInt(pick - 3) * 1_500_000_000n,
    price: 10n ** 20n + BigInt(pick),
    fee: BigInt(pick),
  } as const
  switch (what) {
    case 'agent':
      return { kind: 'agent', op: pick > 4 ? 'LEFT' : 'JOINED', role: `role ${pick}` }
    case 'state':
      return {
        kind: 'agent_state',
        type: pick > 4 ? 'BACKUP' : 'CURRENT',
        version: pick,
        state: '{}',
      }
    case 'signal':
      return {
        kind: 'signal',
        domain: 'trend',
        severity: 'LOW',
        confidence: 0.7,
        ttl_ms: 1 + pick * 4000,
        targets: pick > 3 ? ['a'] : [],
      }
    case 'decision':
      return {
        kind: 'decision',
        action: `A${pick}`,
        context: '{}',
        reasoning: 'r',
        confidence: 0.1,
        price: pick > 3 ? null : 5n,
      }
    case 'fill':
      return fill
    case 'guarded':
      return { ...fill, lock_resource: 'book', fencing_token: pick }
    case 'bar':
      return {
        kind: 'bar',
        instrument: 'SPX',
        interval: 'P1D',
        open: 1n,
        high: 2n ** 100n,
        low: -1n,
        close: BigInt(pick),
        volume: 5n,
        occurred_at: START - pick * 86_400_000_000,
      }
  }
}

/** Batches of a partition, cut before these offsets, with the admission behind each. */
export async function batchesOf(
  bus: MemoryBus,
  at: TopicPartition,
  cuts: readonly number[],
): Promise<ProjectionBatch[]> {
  const records = await bus.log.read({ ...at, offset: 0n }, 100_000)
  const bounds = [
    ...new Set([...cuts.filter((cut) => cut > 0 && cut < records.length), records.length]),
  ]
  let admission = emptyAdmission()
  let from = 0
  const batches: ProjectionBatch[] = []
  for (const to of bounds.sort((a, b) => a - b)) {
    if (to === 0) continue
    const part = records.slice(from, to)
    const judged = await judgeBatch(bus.codec, admission, { ...at, records: part })
    admission = judged.admission
    batches.push({
      ...at,
      firstOffset: BigInt(from),
      nextOffset: BigInt(to),
      events: judged.admitted,
      admission,
    })
    from = to
  }
  return batches
}

export function hotPartitions(bus: MemoryBus): TopicPartition[] {
  return partitionsOf(bus.log, HOT_TOPICS)
}

/** Neighbouring batches as one: what a reader with other batch sizes would give. */
export function joined(batches: readonly ProjectionBatch[]): ProjectionBatch {
  return {
    ...batches.at(-1)!,
    firstOffset: batches[0]!.firstOffset,
    events: batches.flatMap(({ events }) => events),
  }
}
