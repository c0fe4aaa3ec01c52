import { join } from 'node:path'
import {
  restoreLog,
  runArchive,
  segmentName,
  trimArchived,
  verifyArchive,
  type Archive,
} from '@waggle/archive'
import { microsOf, type Clock, type Micros, type WaggleError } from '@waggle/base'
import { PARTITIONS, positionText } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { z } from 'zod'
import { openArchive } from './open-archive.ts'
import { openLiveLog } from './open-log.ts'
import { DATA_HELP } from './replay-source.ts'
import {
  defineCommand,
  flag,
  option,
  type CommandDeps,
  type CommandGroup,
  type WantedOf,
} from './program/command.ts'
import { withBar } from './with-bar.ts'

const EXITS = 'Exit code 1: something is damaged or missing.'
const DAYS = 90
const DAY_MICROS = 86_400_000_000
const archive = option(
  'PLACE',
  'a folder, or s3://bucket/prefix with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL',
  z.string().min(1),
)
const existing = { archive }
const running = {
  archive,
  data: option('DIR', DATA_HELP, z.string().min(1).optional()),
  'older-than': option(
    'DAYS',
    'archive what is older; 90 if left out',
    z.coerce.number().min(0).max(36_500).optional(),
  ),
  before: option(
    'DATE',
    'archive what was appended before this day (UTC) instead',
    z.iso.date().optional(),
  ),
  trim: flag('then let the log go of what is archived, once both have been compared again'),
}
const restoring = {
  archive,
  data: option('DIR', 'folder of an embedded bus without a log', z.string().min(1)),
}
type Wanted = WantedOf<typeof existing>

export const ARCHIVE: CommandGroup = {
  commands: {
    run: {
      summary: 'Keep what is old in Parquet',
      ...defineCommand({
        options: running,
        examples: ['archive run --data .waggle/bus --archive ./archive --older-than 30 --trim'],
        exits: EXITS,
        run: (wanted, deps) => withArchive(wanted, deps, archiveRun),
      }),
    },
    ls: {
      summary: 'List what is kept',
      ...defineCommand({
        options: existing,
        examples: ['archive ls --archive ./archive'],
        exits: EXITS,
        run: (wanted, deps) => withArchive(wanted, deps, archiveList),
      }),
    },
    verify: {
      summary: 'Read everything back and compare it with its hashes',
      ...defineCommand({
        options: existing,
        examples: ['archive verify --archive s3://desk/waggle'],
        exits: EXITS,
        run: (wanted, deps) => withArchive(wanted, deps, archiveVerify),
      }),
    },
    restore: {
      summary: 'Make a lost embedded log again, with its offsets, bytes and times',
      ...defineCommand({
        options: restoring,
        examples: ['archive restore --archive ./archive --data .waggle/bus'],
        exits: EXITS,
        run: (wanted, deps) => withArchive(wanted, deps, archiveRestore),
      }),
    },
  },
}

async function withArchive<W extends Wanted>(
  wanted: W,
  deps: CommandDeps,
  act: (wanted: W, archive: Archive, deps: CommandDeps) => Promise<number>,
): Promise<number> {
  return act(wanted, await openArchive(wanted.archive, deps.environment), deps)
}

async function archiveRun(
  wanted: WantedOf<typeof running>,
  archive: Archive,
  deps: CommandDeps,
): Promise<number> {
  const { log, codec } = await openLiveLog(wanted.data, deps.environment)
  try {
    const before = cutoffOf(wanted, deps.clock)
    const run = { log, codec, archive, before }
    const { segments, problems } = await withBar({ title: 'Archiving' }, deps, (onProgress) =>
      runArchive({ ...run, onProgress }),
    )
    const trimmed = wanted.trim
      ? await withBar({ title: 'Comparing' }, deps, (onProgress) =>
          trimArchived(log, archive, onProgress),
        )
      : []
    const lines = [
      ...segments.map((segment) => `archived ${segmentName(segment)} of ${segment.date}`),
      ...trimmed.map((start) => `the log starts at ${positionText(start)}`),
      ...problems.map(({ message }) => `problem: ${message}`),
      `${segments.length} segments archived`,
    ]
    const starts = trimmed.map(positionText)
    print(deps, wanted, lines, {
      segments,
      trimmed: starts,
      problems: problems.map(codeAndMessage),
    })
    return problems.length === 0 ? 0 : 1
  } finally {
    await log.close()
  }
}

/** The cut may be days back or a day; the archive rounds it down to a day. */
function cutoffOf(
  { before, 'older-than': days = DAYS }: WantedOf<typeof running>,
  clock: Clock,
): Micros {
  return before === undefined ? clock.now() - days * DAY_MICROS : microsOf(`${before}T00:00:00Z`)
}

async function archiveList(
  wanted: Wanted,
  { manifest }: Archive,
  deps: CommandDeps,
): Promise<number> {
  const segments = manifest.partitions.flatMap((at) => manifest.segmentsOf(at))
  const lines = segments.map((segment) => {
    const bytes = segment.files.reduce((sum, file) => sum + file.bytes, 0)
    const kinds = segment.files.map(({ kind }) => kind ?? 'unread').join(',')
    return `${segmentName(segment)}  ${segment.date}  ${segment.rows} rows  ${bytes} bytes  ${kinds}`
  })
  print(deps, wanted, lines, { version: manifest.version, segments })
  return manifest.problems.length === 0 ? 0 : 1
}

async function archiveVerify(wanted: Wanted, archive: Archive, deps: CommandDeps): Promise<number> {
  const { segments, rows, problems, strays } = await withBar(
    { title: 'Verifying' },
    deps,
    (onProgress) => verifyArchive(archive, onProgress),
  )
  const found = problems.map(({ where, error }) => ({ where, ...codeAndMessage(error) }))
  const lines = [
    ...found.map(({ where, message }) => `${where}: ${message}`),
    ...strays.map((path) => `${path}: in no commit`),
    `${rows} records in ${segments} segments, ${problems.length} problems`,
  ]
  print(deps, wanted, lines, { segments, rows, problems: found, strays })
  return problems.length === 0 ? 0 : 1
}

async function archiveRestore(
  wanted: WantedOf<typeof restoring>,
  archive: Archive,
  deps: CommandDeps,
): Promise<number> {
  const { data } = wanted
  const path = join(data, 'log')
  const log = await openLmdbLog({ path, topics: PARTITIONS, clock: deps.clock })
  try {
    const restored = await withBar({ title: 'Restoring' }, deps, (onProgress) =>
      restoreLog(archive, log, onProgress),
    )
    const ends = restored.map(positionText)
    print(
      deps,
      wanted,
      ends.map((end) => `restored up to ${end}`),
      { ends },
    )
    return 0
  } finally {
    await log.close()
  }
}

function codeAndMessage({ code, message }: WaggleError): { code: string; message: string } {
  return { code, message }
}

function print(
  { out }: CommandDeps,
  { json }: Wanted,
  lines: readonly string[],
  all: object,
): void {
  out.write(json ? `${JSON.stringify(all)}\n` : lines.map((line) => `${line}\n`).join(''))
}
