import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import {
  comparePositions,
  partitionName,
  PARTITIONS,
  type Pattern,
  type TopicPartition,
} from '@waggle/event'
import type { BankConfig } from './bank-config.ts'
import { newSwarmBank, takeItem, type SealedItem, type SwarmBank } from './swarm-bank.ts'
import { decisionOf, inputOf, resultOf } from './trajectory.ts'

/** Topics whose order against each other matters: their events are taken in sealed known order. */
const SEALED_TOPICS = [
  'waggle.compensations.v1',
  'waggle.decisions.v1',
  'waggle.observations.v1',
  'waggle.outcomes.v1',
  'waggle.signals.v1',
] as const

export const BANK_TOPICS = [...SEALED_TOPICS, 'waggle.recalls.v1'] as const

/** Partitions that have to move on for a lesson to count; a backtest may seal just these. */
export const BANK_PARTITIONS: readonly TopicPartition[] = SEALED_TOPICS.flatMap((topic) =>
  Array.from({ length: PARTITIONS[topic]! }, (_, partition) => ({ topic, partition })),
)
const PARTITION_NAMES = BANK_PARTITIONS.map(partitionName)
const SEALED: ReadonlySet<string> = new Set(PARTITION_NAMES)

interface Waiting {
  readonly swarm: string
  readonly item: SealedItem
}

/** One run: its partitions' clocks, and what waits until no partition can bring anything earlier any more. */
interface RunBank {
  readonly run: string | null
  readonly watermarks: Map<string, Micros>
  /** By partition, each in the order of knowing. */
  readonly queues: Map<string, { items: Waiting[]; head: number }>
  takenBefore: Micros
  readonly swarms: Map<string, SwarmBank>
}

/** By run, '' is live. */
export interface BankState {
  readonly runs: Map<string, RunBank>
}

export function emptyBank(): BankState {
  return { runs: new Map() }
}

/**
 * Takes events of one partition, in its order; returns the patterns that are said. Lessons are drawn in the order
 * (known_from, kind, topic, partition, offset) of what was known before every partition's watermark: so they are a function
 * of the log, however it was read.
 */
export function foldBank(
  state: BankState,
  events: readonly KnownEvent[],
  config: BankConfig,
): Pattern[] {
  const touched = new Set<RunBank>()
  for (const known of events) {
    const run = runOf(state, known.event.run)
    const name = partitionName(known.position)
    if (!SEALED.has(name)) countAccesses(run, known)
    else {
      run.watermarks.set(name, known.knownFrom)
      enqueue(run, name, known)
      touched.add(run)
    }
  }
  return [...touched].flatMap((run) => takeBefore(run, sealedBefore(run), config))
}

/** Everything known before this time has been taken, for good. */
export function sealedBefore({ watermarks }: RunBank): Micros {
  if (watermarks.size < PARTITION_NAMES.length) return -Infinity
  return Math.min(...watermarks.values())
}

/** Takes what waits, in known order. */
export function takeBefore(run: RunBank, before: Micros, config: BankConfig): Pattern[] {
  if (before <= run.takenBefore) return []
  run.takenBefore = before
  const said: Pattern[] = []
  const queues = [...run.queues.values()]
  for (;;) {
    const first = earliest(queues)
    const next = first?.items[first.head]
    if (first === undefined || next === undefined || next.item.at >= before) break
    first.head++
    if (first.head === first.items.length) {
      first.items = []
      first.head = 0
    }
    said.push(...takeItem(swarmOf(run, next.swarm), next.item, config))
  }
  return said
}

/**
 * Everything known by a time is taken, sealed or not: nothing else of it is to come; a time of Infinity where
 * positions cut takes all. Then erasures known later are taken, out of turn, for they hold for all times.
 */
export function endBank(
  { runs }: BankState,
  { at, erasures }: { readonly at: Micros; readonly erasures: readonly KnownEvent[] },
  config: BankConfig,
): void {
  for (const run of runs.values()) {
    takeBefore(run, at + 1, config)
    for (const known of erasures) {
      const item = known.event.run === run.run ? itemOf(known) : undefined
      if (item !== undefined) takeItem(swarmOf(run, known.event.swarm), item, config)
    }
  }
}

/** Partitions of the live run whose silence holds up an outcome or a compensation known before `by`. */
export function idlePartitions({ runs }: BankState, by: Micros): TopicPartition[] {
  const live = runs.get('')
  if (live === undefined) return []
  let first = Infinity
  for (const { items, head } of live.queues.values()) {
    const held = items.find(({ item }, at) => at >= head && HELD.has(item.kind))
    first = Math.min(first, held?.item.at ?? Infinity)
  }
  if (first >= by) return []
  return BANK_PARTITIONS.filter((at) => (live.watermarks.get(partitionName(at)) ?? 0) <= first)
}

const HELD: ReadonlySet<string> = new Set(['result', 'compensation'])

function earliest(
  queues: readonly { items: Waiting[]; head: number }[],
): { items: Waiting[]; head: number } | undefined {
  let best: { items: Waiting[]; head: number } | undefined
  for (const queue of queues) {
    const item = queue.items[queue.head]?.item
    if (item === undefined) continue
    const rival = best?.items[best.head]?.item
    if (rival === undefined || compareItems(item, rival) < 0) best = queue
  }
  return best
}

/** Known at the same moment, as all of a bar in a backtest is, inputs come before decisions and those before outcomes. */
const RANKS = { compensation: 0, input: 1, decision: 2, result: 3 } as const

function compareItems(a: SealedItem, b: SealedItem): number {
  return a.at - b.at || RANKS[a.kind] - RANKS[b.kind] || comparePositions(a.position, b.position)
}

function enqueue(run: RunBank, name: string, { event, position, knownFrom }: KnownEvent): void {
  const item = itemOf({ event, position, knownFrom, late: false })
  if (item === undefined) return
  const queue = run.queues.get(name) ?? { items: [], head: 0 }
  run.queues.set(name, queue)
  queue.items.push({ swarm: event.swarm, item })
}

function itemOf({ event, position, knownFrom: at }: KnownEvent): SealedItem | undefined {
  switch (event.kind) {
    case 'observation':
    case 'signal':
      return inputOf(event, position, at)
    case 'decision':
      return decisionOf(event, position, at)
    case 'outcome':
      return resultOf(event, position, at)
    case 'quarantine':
    case 'erasure':
      return { kind: 'compensation', at, position, event }
    default:
      return undefined
  }
}

/** Recalls say `pattern:<id>` of what they gave. They are counted as they come: their order does not matter. */
function countAccesses(run: RunBank, { event, knownFrom }: KnownEvent): void {
  if (event.kind !== 'recall') return
  const { accesses } = swarmOf(run, event.swarm)
  for (const { memory } of event.found) {
    if (!memory.startsWith('pattern:')) continue
    const id = memory.slice('pattern:'.length)
    const times = accesses.get(id) ?? []
    times.push(knownFrom)
    accesses.set(id, times)
  }
}

function runOf({ runs }: BankState, name: string | null): RunBank {
  const run = runs.get(name ?? '') ?? {
    run: name,
    watermarks: new Map(),
    queues: new Map(),
    takenBefore: -Infinity,
    swarms: new Map(),
  }
  runs.set(name ?? '', run)
  return run
}

function swarmOf(run: RunBank, swarm: string): SwarmBank {
  const bank = run.swarms.get(swarm) ?? newSwarmBank(swarm, run.run)
  run.swarms.set(swarm, bank)
  return bank
}
