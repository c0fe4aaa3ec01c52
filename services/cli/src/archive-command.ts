import { join } from 'node:path'
import {
  restoreLog,
  runArchive,
  segmentName,
  trimArchived,
  verifyArchive,
  type Archive,
} from '@waggle/archive'
import { microsOf, WaggleError, type Clock, type Micros } from '@waggle/base'
import { PARTITIONS, positionText } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { z } from 'zod'
import { openArchive } from './open-archive.ts'
import { openLiveLog } from './open-log.ts'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'

export const ARCHIVE_USAGE = `waggle archive run     --archive PLACE [--data DIR] [--older-than DAYS | --before DATE] [--trim] [--json]
waggle archive ls      --archive PLACE [--json]
waggle archive verify  --archive PLACE [--json]
waggle archive restore --archive PLACE --data DIR [--json]

  --archive     a folder, or s3://bucket/prefix with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL
  --data        folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --older-than  days after which records are archived; 90 if left out
  --before      archive what was appended before this day (UTC) instead
  --trim        then let the log go of what is archived, once both have been compared again

Exit code: 0 done, 1 something is damaged or missing, 2 bad arguments, 5 log or archive cannot be reached.
`

const DAYS = 90
const DAY_MICROS = 86_400_000_000
const flag = z.boolean().default(false)
const schema = z.strictObject({
  archive: z.string().min(1),
  data: z.string().min(1).optional(),
  'older-than': z.coerce.number().min(0).max(36_500).optional(),
  before: z.iso.date().optional(),
  trim: flag,
  json: flag,
})
type Wanted = z.output<typeof schema>

const ACTIONS = { run: archiveRun, ls: archiveList, verify: archiveVerify, restore: archiveRestore }

export async function runArchiveCommand(
  [action = '', ...argv]: readonly string[],
  deps: CommandDeps,
): Promise<number> {
  if (!Object.hasOwn(ACTIONS, action)) {
    const names = Object.keys(ACTIONS).join(', ')
    throw new WaggleError('CONFIG_INVALID', `archive ${action}: one of ${names} is wanted`)
  }
  const wanted = parseOptions(argv, schema, ['trim', 'json'])
  const archive = await openArchive(wanted.archive, deps.environment)
  return ACTIONS[action as keyof typeof ACTIONS](wanted, archive, deps)
}

async function archiveRun(wanted: Wanted, archive: Archive, deps: CommandDeps): Promise<number> {
  const { log, codec } = await openLiveLog(wanted.data, deps.environment)
  try {
    const before = cutoffOf(wanted, deps.clock)
    const { segments, problems } = await runArchive({ log, codec, archive, before })
    const trimmed = wanted.trim ? await trimArchived(log, archive) : []
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
function cutoffOf({ before, 'older-than': days = DAYS }: Wanted, clock: Clock): Micros {
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
  const { segments, rows, problems, strays } = await verifyArchive(archive)
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
  wanted: Wanted,
  archive: Archive,
  deps: CommandDeps,
): Promise<number> {
  const { data } = wanted
  if (data === undefined)
    throw new WaggleError('CONFIG_INVALID', '--data: the folder to restore the log to is missing')
  const path = join(data, 'log')
  const log = await openLmdbLog({ path, topics: PARTITIONS, clock: deps.clock })
  try {
    const ends = (await restoreLog(archive, log)).map(positionText)
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
