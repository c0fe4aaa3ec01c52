import type { AdmissionState, Checkpoint, ProjectionBatch } from '@waggle/consume'
import { partitionName } from '@waggle/event'
import type { AnalyticsStore } from './analytics-store.ts'

export interface CheckpointTable {
  create(): Promise<void>
  read(): Promise<Checkpoint[]>
  /** Remembers a batch's checkpoint; written when enough records have come since the last time. */
  note(batch: ProjectionBatch): Promise<void>
  /** Lets go of what is not written yet. */
  forget(): void
  drop(): Promise<void>
  /** The version of the view that made the rows; 1 where none was written down. */
  version(): Promise<number>
  setVersion(version: number): Promise<void>
}

const CREATE = `CREATE TABLE IF NOT EXISTS checkpoints
(topic String, partition UInt32, next_offset UInt64, admission String)
ENGINE = ReplacingMergeTree(next_offset) ORDER BY (topic, partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** A table of its own: losing checkpoints, or a reset that was cut off, must not look like rows of another version. */
const CREATE_VERSION = `CREATE TABLE IF NOT EXISTS view_version
(version UInt32, written UInt64)
ENGINE = ReplacingMergeTree(written) ORDER BY tuple()
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** A restart reads at most about this many records again, to find the admission state; rows are not doubled. */
const RECORDS_BETWEEN_WRITES = 20_000n

interface Row {
  readonly topic: string
  readonly partition: number
  readonly next_offset: string
  readonly admission: string
}

/** `mayWrite` throws where the rows behind what is noted may not be those of the table any more. */
export function createCheckpointTable(
  store: AnalyticsStore,
  mayWrite: () => Promise<void> = async () => {},
): CheckpointTable {
  const noted = new Map<string, ProjectionBatch>()
  let records = 0n

  const forget = (): void => {
    noted.clear()
    records = 0n
  }

  const write = async (): Promise<void> => {
    await mayWrite()
    const rows = [...noted.values()].map(
      ({ topic, partition, nextOffset, admission }) =>
        `('${topic}', ${partition}, ${nextOffset}, '${quoted(encodeAdmission(admission))}')`,
    )
    await store.command(`INSERT INTO checkpoints VALUES ${rows.join(', ')}`)
    forget()
  }

  return {
    create: async () => {
      await store.command(CREATE)
      await store.command(CREATE_VERSION)
    },
    read: async () => {
      const rows = await store.rows<Row>('SELECT * FROM checkpoints FINAL')
      return rows.map(({ topic, partition, next_offset, admission }) => ({
        topic,
        partition,
        nextOffset: BigInt(next_offset),
        admission: decodeAdmission(admission),
      }))
    },
    note: async (batch) => {
      noted.set(partitionName(batch), batch)
      records += batch.nextOffset - batch.firstOffset
      if (records >= RECORDS_BETWEEN_WRITES) await write()
    },
    version: async () => {
      const [row] = await store.rows<{ version: number }>('SELECT version FROM view_version FINAL')
      return row?.version ?? 1
    },
    setVersion: (version) =>
      store.command(
        `INSERT INTO view_version SELECT ${version}, count() + 1 + max(written) FROM view_version`,
      ),
    forget,
    drop: async () => {
      forget()
      await store.command('DROP TABLE IF EXISTS checkpoints SYNC')
      await store.command(CREATE)
    },
  }
}

function encodeAdmission({ watermarks, sessions }: AdmissionState): string {
  return JSON.stringify({ watermarks: [...watermarks], sessions: [...sessions] })
}

function decodeAdmission(text: string): AdmissionState {
  const { watermarks, sessions } = JSON.parse(text) as {
    watermarks: [string, number][]
    sessions: [string, number][]
  }
  return { watermarks: new Map(watermarks), sessions: new Map(sessions) }
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
}
