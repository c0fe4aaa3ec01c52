import { Archive, openStore } from '@waggle/archive'
import { WaggleError } from '@waggle/base'
import type { ServiceContext, Worker } from '@waggle/service'
import { createArchiverService } from './service.ts'

/** The archiver as a process. Of two, one commits and the other one comes later. */
export async function buildArchiver(context: ServiceContext): Promise<Worker> {
  const { config } = context
  if (config.WAGGLE_ARCHIVE === undefined)
    throw new WaggleError(
      'CONFIG_INVALID',
      'WAGGLE_ARCHIVE: a folder or s3://bucket/prefix is missing',
    )
  const store = openStore(config.WAGGLE_ARCHIVE, {
    endpoint: config.WAGGLE_S3_ENDPOINT,
    region: config.WAGGLE_S3_REGION,
    accessKeyId: config.WAGGLE_S3_ACCESS_KEY_ID,
    secretAccessKey: config.WAGGLE_S3_SECRET_ACCESS_KEY,
  })
  const archiver = createArchiverService({
    ...context,
    archive: await Archive.open(store),
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
