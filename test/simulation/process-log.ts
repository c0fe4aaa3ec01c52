import { WaggleError } from '@waggle/base'
import { partitionName, type Position } from '@waggle/event'
import type { AppendRecord, AppendResult, EventLog, LogBatch, TailOptions } from '@waggle/log'
import type { Process } from './scheduler.ts'
import { between, chance, pick, SECOND, type World } from './world.ts'

/** Longer than any lease or deadline of the workload. */
const PAUSE_MAX = 120 * SECOND
const LATENCY_MAX = 2000

/**
 * The log as one process reaches it: each call waits for a turn, appends land in the order of their calls, and
 * the world's faults happen here. `fallible` processes see LOG_UNAVAILABLE; for the others their client tries
 * again until it has an answer.
 */
export function processLog(
  world: World,
  process: Process,
  { fallible = false }: { readonly fallible?: boolean } = {},
): EventLog {
  const { log, scheduler, faults } = world
  const { random } = process
  let last: Promise<unknown> = Promise.resolve()

  const turn = (): Promise<void> => {
    const pauses = faults.has('pauses') && chance(random, 0.004)
    return scheduler.turn(process, between(random, 0, pauses ? PAUSE_MAX : LATENCY_MAX))
  }

  const land = (records: readonly AppendRecord[]): Promise<AppendResult[]> =>
    world.land(world.idempotent ? records : records.map(unnumbered))

  const appendNow = async (records: readonly AppendRecord[]): Promise<AppendResult[]> => {
    await turn()
    if (fallible && faults.has('unavailable') && chance(random, 0.2)) {
      const landing = landingPart(process, records)
      if (landing.length > 0) await land(landing)
      throw new WaggleError('LOG_UNAVAILABLE', 'The simulated log did not answer')
    }
    const results = await land(records)
    if (faults.has('duplicates') && chance(random, 0.1)) {
      await turn()
      await land(records)
    }
    await turn()
    return results
  }

  return {
    topics: log.topics,
    supports: { ...log.supports, idempotentAppend: world.idempotent, atomicAppend: false },
    append: (records) => {
      if (world.bug === 'overtaking-appends') return appendNow(records)
      const appending = last.then(() => appendNow(records))
      last = appending.catch(() => {})
      return appending
    },
    read: async (from, maxRecords) => {
      await turn()
      return log.read(from, maxRecords)
    },
    tail: (from, options) => tailInAnyOrder(world, process, from, options, turn),
    ends: (partitions) => log.ends(partitions),
    close: () => Promise.resolve(),
  }
}

/** What of a failed append lands all the same: nothing, everything, or what was sent first. */
function landingPart(
  { random }: Process,
  records: readonly AppendRecord[],
): readonly AppendRecord[] {
  const ends = [0, records.length, between(random, 0, records.length)]
  return records.slice(0, pick(random, ends))
}

/** Batches of whichever partition comes first, of any size; each partition in its own order. */
async function* tailInAnyOrder(
  { log, ends, appended, faults }: World,
  { random }: Process,
  from: readonly Position[],
  { signal, maxRecords }: TailOptions,
  turn: () => Promise<void>,
): AsyncGenerator<LogBatch> {
  const next = new Map(from.map((position) => [partitionName(position), position]))
  while (!signal.aborted) {
    const behind = [...next].filter(([name, { offset }]) => offset < (ends.get(name) ?? 0n))
    if (behind.length === 0) {
      await appended.wait(signal)
      continue
    }
    await turn()
    if (signal.aborted) return
    const splits = faults.has('splits')
    const [name, position] = splits ? pick(random, behind) : behind[0]!
    const most = splits && chance(random, 0.7) ? between(random, 1, 9) : maxRecords
    const records = await log.read(position, most)
    next.set(name, { ...position, offset: records.at(-1)!.offset + 1n })
    yield { topic: position.topic, partition: position.partition, records }
  }
}

/** As a log takes it that knows no producers. */
function unnumbered({ topic, key, value, partition }: AppendRecord): AppendRecord {
  return { topic, key, value, ...(partition === undefined ? {} : { partition }) }
}
