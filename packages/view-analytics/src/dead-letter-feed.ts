import { messageOf, type Clock, type Logger, type Service } from '@waggle/base'
import { Progress } from '@waggle/consume'
import { DEAD_LETTER_TOPIC, partitionName, type Position } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import type { AnalyticsStore } from './analytics-store.ts'
import { DEAD_LETTERS_TABLE, deadLetterInsert } from './dead-letter-rows.ts'
import { forgetMigrations, migrate, type MigrateOptions } from './migrate.ts'

export interface DeadLetterFeed extends Service {
  /** Resolves when every dead letter appended before the call is in the table; VIEW_STALE after `timeoutMs`. */
  caughtUp(timeoutMs: number): Promise<void>
  /** Drops the table and fills it again from the log. */
  rebuild(): Promise<void>
}

export interface DeadLetterFeedOptions {
  readonly log: EventLog
  readonly store: AnalyticsStore
  readonly clock: Clock
  readonly logger: Logger
  readonly migrate?: MigrateOptions
}

const BATCH_RECORDS = 1000
const RETRY_MS = 1000

/**
 * Fills the table of dead letters. No view admits them, so no runner can: they are copied as they are. The
 * largest offset in the table is the position; a batch is one insert and so whole or not there.
 */
export function createDeadLetterFeed(options: DeadLetterFeedOptions): DeadLetterFeed {
  const { log, store, clock, logger } = options
  const progress = new Progress(clock)
  const partitions = partitionsOf(log, [DEAD_LETTER_TOPIC])
  /** Aborted while it does not run. */
  let abort = new AbortController()
  abort.abort()
  let loop: Promise<void> = Promise.resolve()

  const positions = async (): Promise<Position[]> => {
    await migrate(store, options.migrate)
    const rows = await store.rows<{ partition: number; next: string }>(
      `SELECT _partition AS partition, max(_offset) + 1 AS next FROM ${DEAD_LETTERS_TABLE} GROUP BY _partition`,
    )
    const next = new Map(rows.map((row) => [row.partition, BigInt(row.next)]))
    return partitions.map((at) => ({ ...at, offset: next.get(at.partition) ?? 0n }))
  }

  const follow = async (signal: AbortSignal): Promise<void> => {
    const from = await positions()
    for (const at of from) progress.advance(partitionName(at), at.offset)
    for await (const { records } of log.tail(from, { signal, maxRecords: BATCH_RECORDS })) {
      await store.insertAvro(deadLetterInsert(records))
      const last = records.at(-1)!
      progress.advance(partitionName(last), last.offset + 1n)
    }
  }

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await follow(signal).catch(async (error: unknown) => {
        if (signal.aborted) return
        logger.warn({ err: error }, `dead letters are not stored: ${messageOf(error)}`)
        await clock.sleep(RETRY_MS, signal).catch(() => {})
      })
    }
  }

  const start = async (): Promise<void> => {
    if (!abort.signal.aborted) return
    abort = new AbortController()
    loop = run(abort.signal)
  }
  const stop = async (): Promise<void> => {
    abort.abort()
    await loop
  }
  const caughtUp = async (timeoutMs: number): Promise<void> => {
    const last = (await log.ends(partitions))
      .filter(({ offset }) => offset > 0n)
      .map((end) => ({ ...end, offset: end.offset - 1n }))
    await progress.waitFor(last, timeoutMs)
  }

  return {
    name: 'analytics-dead-letters',
    start,
    stop,
    caughtUp,
    rebuild: async () => {
      await stop()
      progress.clear()
      await store.command(`DROP TABLE IF EXISTS ${DEAD_LETTERS_TABLE} SYNC`)
      await forgetMigrations(store)
      await start()
    },
  }
}
