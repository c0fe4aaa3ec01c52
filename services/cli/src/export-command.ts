import { exportEvents } from '@waggle/archive'
import { microsOf } from '@waggle/base'
import { KINDS } from '@waggle/event'
import { z } from 'zod'
import { openLog, openLogWith } from './open-log.ts'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'

export const EXPORT_USAGE = `waggle export --kind KIND --format parquet|arrow --out FILE [--data DIR] [--archive PLACE] [--swarm SWARM] [--run RUN]
              [--as-of TIME] [--json]

Events of one kind in the order of replay, in typed columns. ts_init sorts them as they were known, in nanoseconds.

  --archive  where the log has let go of old records: a folder or s3://bucket/prefix; WAGGLE_ARCHIVE if left out
  --as-of    only what counted as known at this time (ISO 8601)

Exit code: 0 done, 1 damage, 2 bad arguments, 5 log, registry or archive cannot be reached.
`

const text = z.string().min(1)
const schema = z.strictObject({
  kind: z.enum(KINDS as [string, ...string[]]),
  format: z.enum(['parquet', 'arrow']),
  out: text,
  data: text.optional(),
  archive: text.optional(),
  swarm: text.optional(),
  run: text.optional(),
  'as-of': z.iso.datetime({ offset: true }).optional(),
  json: z.boolean().default(false),
})

export async function runExport(
  argv: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  const wanted = parseOptions(argv, schema, ['json'])
  const { format, out: path, data, archive, swarm, run = null, 'as-of': asOf } = wanted
  const kind = wanted.kind as (typeof KINDS)[number]
  const { log, codec } = await (archive === undefined
    ? openLog(data, environment)
    : openLogWith(archive, data, environment))
  try {
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
    await log.close()
  }
}
