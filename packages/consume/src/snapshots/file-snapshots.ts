import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { replaceFile, type Logger } from '@waggle/base'
import { partitionName } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import type { Checkpoint, KeptProjection } from '../projection.ts'
import {
  bodyOf,
  dumpIn,
  encodeSnapshot,
  headerIn,
  invalid,
  sha256,
  snapshotIdentity,
  type SnapshotHeader,
  type SnapshotPartition,
} from './snapshot-file.ts'
import { pathsIn, SnapshotList, SUFFIX } from './snapshot-list.ts'

/**
 * Snapshots of views in process. They are a cache: what is not whole, of another log, version, rule or schema is
 * refused (SNAPSHOT_INVALID, to the logger) and passed over, and the log says everything again.
 */
export interface Snapshots {
  /** Of each view. */
  readonly most: number
  /** Puts away the state as it is; undefined while the view still has something to say. */
  save(projection: KeptProjection): Promise<SnapshotHeader | undefined>
  /** Brings a view to the newest state that fits; undefined where there is none. */
  restore(projection: KeptProjection, options?: RestoreOptions): Promise<SnapshotHeader | undefined>
  /** The newest of this log, of whichever version of the view: says how far the view that left it was. */
  newest(view: string): Promise<SnapshotHeader | undefined>
  /** Deletes those of a view; says how many they were. */
  drop(view: string): Promise<number>
}

export interface RestoreOptions {
  /** All of them fit if left out. */
  readonly fits?: (header: SnapshotHeader) => boolean
  /** Only these partitions are taken up, of a view whose partitions have no part in each other. */
  readonly only?: ReadonlySet<string>
}

export interface FileSnapshotsOptions {
  readonly folder: string
  /** Behind the name of a view in the name of its folder: for instances that do not serve. */
  readonly suffix?: string
  readonly log: EventLog
  readonly logger: Logger
  /** Most snapshots of a view; 128 if left out. Beyond, every second one goes, so that they stay spread over time. */
  readonly most?: number
}

const MOST = 128

export function createFileSnapshots(options: FileSnapshotsOptions): Snapshots {
  const { folder, suffix = '', log, logger, most = MOST } = options
  const folderOf = (view: string): string => join(folder, `${view}${suffix}`)
  const listed = new SnapshotList(logger)

  return {
    most,
    save: async (projection) => {
      await projection.prepareDump?.()
      const dump = projection.dump()
      if (dump === undefined) return undefined
      const body = bodyOf(dump)
      const read = dump.checkpoints.filter(({ nextOffset }) => nextOffset > 0n)
      const partitions = await Promise.all(read.map(ofPartition(log)))
      const bytes = encodeSnapshot(projection, dump, { body, partitions })
      const header = headerIn(bytes, projection.name)
      const path = join(folderOf(projection.name), nameOf(header))
      await mkdir(dirname(path), { recursive: true })
      await replaceFile(path, bytes)
      listed.note({ path, header })
      const all = await pathsIn(folderOf(projection.name))
      if (all.length > most) await Promise.all(everySecond(all).map((old) => rm(old)))
      return header
    },
    restore: (projection, { fits = () => true, only } = {}) =>
      listed.first(folderOf(projection.name), fits, async ({ path, header }) => {
        await assertOurs(log, projection, header, path)
        projection.load(dumpIn(await readFile(path), path), only)
      }),
    newest: (view) =>
      listed.first(
        folderOf(view),
        () => true,
        ({ path, header }) => assertOfLog(log, header, path),
      ),
    drop: async (view) => {
      const paths = await pathsIn(folderOf(view))
      await Promise.all(paths.map((path) => rm(path, { force: true })))
      return paths.length
    },
  }
}

/** Ordered by how many records are in it: names sort as they do. */
function nameOf({ partitions, checksum }: SnapshotHeader): string {
  const records = partitions.reduce((sum, { nextOffset }) => sum + BigInt(nextOffset), 0n)
  return `${String(records).padStart(16, '0')}-${checksum.slice(0, 16)}${SUFFIX}`
}

function everySecond(paths: readonly string[]): string[] {
  return paths.filter((_, index) => index % 2 === 0 && index < paths.length - 1)
}

const ofPartition =
  (log: EventLog) =>
  async ({ topic, partition, nextOffset }: Checkpoint): Promise<SnapshotPartition> => ({
    topic,
    partition,
    nextOffset: String(nextOffset),
    lastRecord: await lastRecordOf(log, { topic, partition, nextOffset }),
  })

async function lastRecordOf(
  log: EventLog,
  { topic, partition, nextOffset }: Pick<Checkpoint, 'topic' | 'partition' | 'nextOffset'>,
): Promise<string> {
  const [record] = await log.read({ topic, partition, offset: nextOffset - 1n }, 1)
  return record === undefined || record.offset !== nextOffset - 1n ? 'none' : sha256(record.value)
}

async function assertOurs(
  log: EventLog,
  projection: KeptProjection,
  header: SnapshotHeader,
  path: string,
): Promise<void> {
  for (const [name, wanted] of Object.entries(snapshotIdentity(projection))) {
    const found = (header as unknown as Record<string, unknown>)[name]
    if (found !== wanted) throw invalid(path, `its ${name} is ${String(found)}, not ${wanted}`)
  }
  await assertOfLog(log, header, path)
}

/** The log has to hold the last record that went into each partition, with the same bytes. */
async function assertOfLog(log: EventLog, header: SnapshotHeader, path: string): Promise<void> {
  for (const { topic, partition, nextOffset, lastRecord } of header.partitions) {
    const at = { topic, partition, nextOffset: BigInt(nextOffset) }
    const isThere = partition < (log.topics[topic] ?? 0)
    if (!isThere || (await lastRecordOf(log, at)) !== lastRecord)
      throw invalid(path, `the log has not the record before ${partitionName(at)}@${nextOffset}`)
  }
}
