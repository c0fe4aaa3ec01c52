import { exportEvents } from '@waggle/archive'
import { microsOf } from '@waggle/base'
import { KINDS } from '@waggle/event'
import { z } from 'zod'
import { openLog, openLogWith } from './open-log.ts'
import { showReading } from './reading-bar.ts'
import { DATA_HELP } from './replay-source.ts'
import { defineCommand, option, type CommandDeps, type WantedOf } from './program/command.ts'

const text = z.string().min(1)
const options = {
  kind: option('KIND', 'kind of the events', z.enum(KINDS as [string, ...string[]])),
  format: option('parquet|arrow', 'of the file', z.enum(['parquet', 'arrow'])),
  out: option('FILE', 'the file', text),
  data: option('DIR', DATA_HELP, text.optional()),
  archive: option(
    'PLACE',
    'where the log has let go of old records: a folder or s3://bucket/prefix; WAGGLE_ARCHIVE if left out',
    text.optional(),
  ),
  swarm: option('NAME', 'only of this swarm', text.optional()),
  run: option('NAME', 'only of this run; what belongs to none if left out', text.optional()),
  'as-of': option(
    'TIME',
    'only what counted as known at this time (ISO 8601)',
    z.iso.datetime({ offset: true }).optional(),
  ),
}

export const EXPORT = defineCommand({
  details:
    'In the order of replay, in typed columns. ts_init sorts them as they were known, in nanoseconds.',
  options,
  examples: ['export --data .waggle/bus --kind bar --format parquet --out bars.parquet'],
  exits: 'Exit code 1 is damage.',
  run: runExport,
})

async function runExport(wanted: WantedOf<typeof options>, deps: CommandDeps): Promise<number> {
  const { format, out: path, data, archive, swarm, run = null, 'as-of': asOf } = wanted
  const kind = wanted.kind as (typeof KINDS)[number]
  const { environment } = deps
  const opened = await (archive === undefined
    ? openLog(data, environment)
    : openLogWith(archive, data, environment))
  try {
    const { log, codec, out } = await showReading('Exporting', opened, deps)
    const events = await exportEvents({
      log,
      codec,
      run,
      kind,
      format,
      path,
      ...(swarm === undefined ? {} : { swarm }),
      ...(asOf === undefined ? {} : { asOf: microsOf(asOf) }),
    })
    out.write(
      wanted.json ? `${JSON.stringify({ events, path })}\n` : `${events} events in ${path}\n`,
    )
    return 0
  } finally {
    await opened.log.close()
  }
}
