import { isWaggleError, messageOf, WaggleError } from '@waggle/base'
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
import { forgetMigrations, migrate, type MigrateOptions } from './migrate.ts'
import { insertOf, planInserts, type PlannedInsert } from './plan-inserts.ts'
import { digestTables } from './digest-tables.ts'
import { TABLE_KINDS, TABLES } from './table-ddl.ts'

/** What the rows mean. 2: where an older writer had no field, the default of the schema, not of the column. */
const VERSION = 2

export interface AnalyticsOptions extends MigrateOptions {
  /** Of the rows; this program's if left out. */
  readonly version?: number
}

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
  const checkpoints = createCheckpointTable(store)
  let ready = false
  let marks = new Map<string, bigint>()

  const { version = VERSION } = options

  const drop = async (): Promise<void> => {
    // Positions go first: a crash in between leaves rows whose marks are read again, never a position
    // without its rows.
    await checkpoints.drop()
    await forgetMigrations(store)
    // Dropped, not truncated: a truncated table still remembers the tokens of its old rows.
    for (const kind of TABLE_KINDS)
      await store.command(`DROP TABLE IF EXISTS ${TABLES[kind].table} SYNC`)
  }

  const open = async (): Promise<void> => {
    await migrate(store, options)
    await checkpoints.create()
    marks = await readMarks(store)
  }

  const prepare = async (): Promise<void> => {
    if (ready) return
    await open()
    const found = await checkpoints.version()
    if (found !== version) {
      if (marks.size > 0) {
        if (store.owned !== true) throw otherVersion(found, version)
        await drop()
        await open()
      }
      await checkpoints.setVersion(version)
    }
    ready = true
  }

  const insert = async (plan: PlannedInsert, at: TopicPartition): Promise<void> => {
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
    version,
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
      await drop()
      await prepare()
    },
    // Marks of a partition that was elsewhere in between are old.
    keep: async () => void (ready = false),
    digest: () => digestTables(store),
  }
}

/** Tables that several processes may write cannot be dropped by one of them while the others go on. */
function otherVersion(found: number, wanted: number): WaggleError {
  const what = `The rows are of version ${found} of the view, this program writes version ${wanted}`
  return new WaggleError(
    'VIEW_MISCONFIGURED',
    `${what}: stop every analytics service, drop the tables, start again`,
  )
}

/** 'table partition' -> largest offset inserted. */
async function readMarks(store: AnalyticsStore): Promise<Map<string, bigint>> {
  const marks = new Map<string, bigint>()
  for (const kind of TABLE_KINDS) {
    const { table } = TABLES[kind]
    const rows = await store.rows<{ partition: number; last: string }>(
      `SELECT _partition AS partition, max(_offset) AS last FROM ${table} GROUP BY _partition`,
    )
    for (const { partition, last } of rows) marks.set(`${table} ${partition}`, BigInt(last))
  }
  return marks
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
