import { runArchive, trimArchived, type Archive } from '@waggle/archive'
import { createPeriodic, messageOf, type Clock, type Logger, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { positionText } from '@waggle/event'
import type { EventLog } from '@waggle/log'

export interface ArchiverOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly archive: Archive
  readonly clock: Clock
  readonly logger: Logger
  /** Days after which records are archived; whole days (UTC) at a time. */
  readonly olderThanDays: number
  /** Lets the log go of what is archived, after another comparison. */
  readonly trim: boolean
  /** Milliseconds between the end of one run and the next. */
  readonly intervalMs: number
}

export interface ArchiverService extends Service {
  /** What is wrong since the last run; undefined where nothing is. */
  problem(): string | undefined
  /** Archives now, or waits for the run under way. */
  archive(): Promise<void>
}

const DAY_MICROS = 86_400_000_000

/** Archives what is older than the retention, again and again; what fails is tried again at the next run. */
export function createArchiverService(options: ArchiverOptions): ArchiverService {
  const { log, codec, archive, clock, logger, olderThanDays, trim, intervalMs } = options
  let problem: string | undefined
  let running: Promise<void> | undefined

  const archiveOnce = async (): Promise<void> => {
    try {
      const before = clock.now() - olderThanDays * DAY_MICROS
      await archive.reload()
      const { segments, problems } = await runArchive({ log, codec, archive, before })
      const trimmed = trim ? await trimArchived(log, archive) : []
      const starts = trimmed.map(positionText)
      if (segments.length > 0) logger.info({ segments: segments.length, starts }, 'Archived')
      problem = [...problems, ...archive.manifest.problems][0]?.message
    } catch (error) {
      problem = messageOf(error)
    }
    if (problem !== undefined) logger.warn({}, `Not all is archived: ${problem}`)
  }
  const task = (): Promise<void> =>
    (running ??= archiveOnce().finally(() => {
      running = undefined
    }))
  const periodic = createPeriodic({ name: 'archiver', clock, intervalMs, task })
  return {
    name: 'archiver',
    problem: () => problem,
    archive: task,
    start: async () => {
      void task()
      await periodic.start()
    },
    stop: async () => {
      await periodic.stop()
      await running
    },
  }
}
