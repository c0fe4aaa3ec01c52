import type { Archive } from '@waggle/archive'
import { WaggleError } from '@waggle/base'
import {
  openArchive,
  openLiveEngines,
  type EngineDeps,
  type ServiceConfig,
  type ServiceContext,
  type TopicsFile,
  type Worker,
} from '@waggle/service'
import { createArchiverService } from './service.ts'

export interface ArchiverContext extends ServiceContext {
  readonly archive: Archive
}

/** The log alone: what is trimmed was compared with the archive before. CONFIG_INVALID where none is named. */
export async function openArchiver(
  config: ServiceConfig,
  topics: TopicsFile,
  deps: EngineDeps,
): Promise<Pick<ArchiverContext, 'log' | 'codec' | 'assignments' | 'archive'>> {
  const archive = await openArchive(config, deps)
  if (archive === undefined)
    throw new WaggleError(
      'CONFIG_INVALID',
      'WAGGLE_ARCHIVE: a folder or s3://bucket/prefix is missing',
    )
  return { ...(await openLiveEngines(config, topics, deps)), archive }
}

/** The archiver as a process. Of two, one commits and the other one comes later. */
export async function buildArchiver(context: ArchiverContext): Promise<Worker> {
  const { config } = context
  const archiver = createArchiverService({
    ...context,
    olderThanDays: config.WAGGLE_ARCHIVE_DAYS,
    trim: config.WAGGLE_ARCHIVE_TRIM,
    intervalMs: config.WAGGLE_ARCHIVE_EVERY_MS,
  })
  return {
    start: archiver.start,
    stop: archiver.stop,
    status: async () => {
      const reason = archiver.problem()
      const state = reason === undefined ? 'running' : 'stalled'
      const nothing = { lag: 0n, refused: 0, applied: new Map<string, bigint>(), partitions: 0 }
      return { name: 'archiver', state, reason, ...nothing }
    },
  }
}
