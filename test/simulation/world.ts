import { seededRandom, type Micros, type Random } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { PARTITIONS, partitionName } from '@waggle/event'
import { AppendSignal, type AppendRecord, type AppendResult, type EventLog } from '@waggle/log'
import { createMemoryLog } from '@waggle/log/memory'
import { inMemoryRegistry, START } from '../support/memory-bus.ts'
import type { Bug } from './bugs.ts'
import { faultsOf, type Fault } from './faults.ts'
import { Scheduler, type Process } from './scheduler.ts'

export interface SimulationOptions {
  /** Instead of those the seed chooses. */
  readonly faults?: ReadonlySet<Fault>
  /** Planted in the product, to see a checker fail. */
  readonly bug?: Bug
}

/** One simulated bus: the only log there is, who runs on it, and what may go wrong. */
export interface World {
  readonly seed: number
  readonly bug: Bug | undefined
  /** Empty once the faults have stopped. */
  readonly faults: Set<Fault>
  readonly scheduler: Scheduler
  /** The log itself; processes reach it through their own `processLog`. */
  readonly log: EventLog
  /** Where each partition ends, by its name. */
  readonly ends: ReadonlyMap<string, bigint>
  /** Appends by the clock of whichever broker has the topic, where no two agree; wakes the tails. */
  land(records: readonly AppendRecord[]): Promise<AppendResult[]>
  readonly appended: AppendSignal
  readonly codec: Codec
  /** Whether the log recognises what is appended twice. */
  readonly idempotent: boolean
  process(name: string): Process
}

let shared: Promise<Codec> | undefined

/** Schemas never change, so all worlds of a process share one codec. */
function sharedCodec(): Promise<Codec> {
  shared ??= (async () => {
    const codec = createCodec(inMemoryRegistry())
    await codec.register()
    return codec
  })()
  return shared
}

export async function createWorld(seed: number, options: SimulationOptions): Promise<World> {
  const random = streamOf(seed, 'world')
  const scheduler = new Scheduler(streamOf(seed, 'scheduler'), START)
  const ownFaults = faultsOf(random)
  const faults = new Set(options.faults ?? ownFaults)
  let brokerSkew = 0
  const clock = { now: () => scheduler.now + brokerSkew, sleep: () => Promise.resolve() }
  const log = createMemoryLog({ topics: PARTITIONS, clock })
  const appended = new AppendSignal()
  const ends = new Map<string, bigint>()
  const brokers = new Map(
    Object.keys(PARTITIONS).map((topic) => [topic, between(random, -SECOND, SECOND)]),
  )
  return {
    seed,
    bug: options.bug,
    faults,
    scheduler,
    log,
    ends,
    land: async (records) => {
      const [first] = records
      brokerSkew = first !== undefined && faults.has('skew') ? brokers.get(first.topic)! : 0
      const results = await log.append(records)
      for (const { duplicate, offset, ...at } of results)
        if (!duplicate) ends.set(partitionName(at), offset + 1n)
      appended.notify()
      return results
    },
    appended,
    codec: await sharedCodec(),
    idempotent:
      options.bug !== 'overtaking-appends' && (!faults.has('duplicates') || random.next() < 0.5),
    process: (name) => ({ name, random: streamOf(seed, name), dead: false }),
  }
}

/** A stream of chance for each name, so that one fault less leaves the others' choices alone. */
function streamOf(seed: number, name: string): Random {
  let mixed = seed
  for (const char of name) mixed = Math.imul(mixed ^ char.codePointAt(0)!, 0x01000193)
  return seededRandom(mixed)
}

export function chance(random: Random, probability: number): boolean {
  return random.next() < probability
}

/** A whole number from `min` to `max`, both included. */
export function between(random: Random, min: number, max: number): number {
  return min + Math.floor(random.next() * (max - min + 1))
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.next() * from.length)]!
}

export const SECOND: Micros = 1_000_000
export const HOUR: Micros = 3600 * SECOND
