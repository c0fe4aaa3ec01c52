import { isWaggleError, messageOf } from '@waggle/base'
import {
  RecordRejected,
  type AdmittedRecord,
  type Checkpoint,
  type Projection,
  type ProjectionBatch,
} from '@waggle/consume'
import { EVENT_TOPICS, type TopicPartition } from '@waggle/event'
import type { AnalyticsStore } from './analytics-store.ts'
import { createCheckpointTable } from './checkpoint-table.ts'
import { ANALYTICS_VERSION, dropTables, openTables, type AnalyticsOptions } from './open-tables.ts'
import { insertOf, planInserts, type PlannedInsert } from './plan-inserts.ts'
import { createGatePass } from './rebuild/rebuild-gate.ts'
import { digestTables } from './digest-tables.ts'
import { TABLES } from './table-ddl.ts'

/**
 * Exactly once rests on the rows themselves. Inserts of a table and partition are made in the order of
 * offsets, each is one part and so atomic: the largest offset in the table is a prefix mark. What is at or
 * below it is left out, whatever the batches were before a crash. Deduplication tokens guard retries inside
 * the engine, ReplacingMergeTree guards the rest. Checkpoints carry the admission state and may be old.
 */
export function createAnalyticsProjection(
  store: AnalyticsStore,
  options: AnalyticsOptions = {},
): Projection {
  const gate = createGatePass(store)
  const checkpoints = createCheckpointTable(store, () => assertSame())
  let ready = false
  let marks = new Map<string, bigint>()

  const prepare = async (): Promise<void> => {
    if (ready) return
    await gate.enter()
    checkpoints.forget()
    marks = await openTables(store, checkpoints, options)
    ready = true
  }

  const assertSame = async (): Promise<void> => {
    ready = false
    await gate.assertSame()
    ready = true
  }

  const insert = async (plan: PlannedInsert, at: TopicPartition): Promise<void> => {
    await assertSame()
    try {
      await store.insertAvro(insertOf(plan, at))
    } catch (error) {
      // The outcome is unknown: look at the tables again before anything else.
      ready = false
      if (isWaggleError(error, 'BYTES_MALFORMED')) throw await insertUpToFault(store, plan, at)
      throw error
    }
    marks.set(`${plan.table} ${at.partition}`, plan.events.at(-1)!.record.offset)
  }

  const isNew = (event: AdmittedRecord): boolean => {
    const { kind } = event.writer
    if (kind === 'tick') return false
    const mark = marks.get(`${TABLES[kind].table} ${event.record.partition}`)
    return mark === undefined || event.record.offset > mark
  }

  return {
    name: 'analytics',
    version: options.version ?? ANALYTICS_VERSION,
    topics: EVENT_TOPICS,
    checkpoints: async (): Promise<readonly Checkpoint[]> => {
      await prepare()
      return checkpoints.read()
    },
    apply: async (batch: ProjectionBatch) => {
      await prepare()
      for (const plan of planInserts(batch.events.filter(isNew))) await insert(plan, batch)
      await checkpoints.note(batch)
    },
    reset: async () => {
      ready = false
      await dropTables(store, checkpoints)
      await prepare()
    },
    // Marks of a partition that was elsewhere in between are old.
    keep: async () => void (ready = false),
    digest: () => digestTables(store),
  }
}

/**
 * The store blames the rows, not itself: the first one at fault is found by halving. What comes before it
 * goes in on the way, in the order of offsets, and so is as sound as a batch; the rest is tried again.
 */
async function insertUpToFault(
  store: AnalyticsStore,
  plan: PlannedInsert,
  at: TopicPartition,
): Promise<Error> {
  let { events } = plan
  for (;;) {
    const half = events.slice(0, Math.ceil(events.length / 2))
    try {
      await store.insertAvro(insertOf({ ...plan, events: half }, at))
      events = events.slice(half.length)
    } catch (error) {
      if (!isWaggleError(error, 'BYTES_MALFORMED')) return error as Error
      const [first] = half
      if (half.length === 1) {
        return new RecordRejected(first!.record.offset, messageOf(error), { cause: error })
      }
      events = half
    }
    if (events.length === 0) return new Error(`${plan.table} refused a batch but took its rows`)
  }
}
