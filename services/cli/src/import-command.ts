import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { WaggleError } from '@waggle/base'
import {
  durationOf,
  importFile,
  jsonOfCells,
  parseKnownRule,
  type BadRow,
  type ImportSpec,
} from '@waggle/ingest'
import { z } from 'zod'
import { openLog } from './open-log.ts'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'

export const IMPORT_USAGE = `waggle import --file FILE --kind bar|trade|order_book|decision --known RULE --zone ZONE --swarm SWARM
              [--data DIR] [--agent AGENT] [--columns FIELD=COLUMN,…] [--set FIELD=VALUE,…] [--interval P1D]
              [--label open|close] [--format csv|parquet|jsonl] [--run RUN] [--bad-rows FILE] [--json]

  --known     when a row could be known: column:NAME, close, close+5s (after the end of the bar, or the event) or
              session:16:00+15m (after the end of the exchange's day, in --zone)
  --zone      IANA zone of times that do not name their offset, such as America/New_York or UTC
  --columns   where fields are read from other columns: time=timestamp,volume=vol; levels of order books with # for
              their number: bid_price=bids[#].price
  --set       values of fields that are no column: instrument=SPX
  --label     whether the time of a bar is its first moment or its last; open if left out
  --bad-rows  file that takes rows that are no events, as JSON lines with their line and reason

Rows that are no events are kept as dead letters too, with their line, reason and bytes (of Parquet: their cells as JSON).
A file that is imported again, whole or after a broken import, adds nothing twice.
Exit code: 0 all rows are events, 1 some are not, 2 bad arguments, 5 the log or the registry cannot be reached.
`

const text = z.string().min(1)
const pairs = z.string().transform((list, context) => {
  const entries = list.split(',').map((pair) => pair.split('=') as [string, string])
  if (entries.some((entry) => entry.length !== 2 || entry.includes('')))
    context.addIssue('is a list of FIELD=VALUE')
  return Object.fromEntries(entries)
})
const schema = z.strictObject({
  file: text,
  kind: z.enum(['bar', 'trade', 'order_book', 'decision']),
  known: text,
  zone: text,
  swarm: text,
  data: text.optional(),
  agent: text.default('import'),
  columns: pairs.default({}),
  set: pairs.default({}),
  interval: text.optional(),
  label: z.enum(['open', 'close']).default('open'),
  format: z.enum(['csv', 'parquet', 'jsonl']).optional(),
  run: text.optional(),
  'bad-rows': text.optional(),
  json: z.boolean().default(false),
})
type Wanted = z.output<typeof schema>

const BAD_ROWS_SHOWN = 10

export async function runImport(
  argv: readonly string[],
  { environment, clock, out }: CommandDeps,
): Promise<number> {
  const wanted = parseOptions(argv, schema, ['json'])
  const { file, swarm, agent, data, run = null, json } = wanted
  const spec = specOf(wanted)
  const format = wanted.format ?? formatOf(file)
  const { log, codec } = await openLog(data, environment)
  const kept = wanted['bad-rows'] === undefined ? undefined : createWriteStream(wanted['bad-rows'])
  const shown: BadRow[] = []
  const onBadRow = (bad: BadRow): void => {
    if (shown.length < BAD_ROWS_SHOWN) shown.push(bad)
    kept?.write(`${jsonOfCells(bad)}\n`)
  }
  try {
    await codec.register()
    const options = { path: file, format, spec, log, codec, clock, swarm, agent, run, onBadRow }
    const result = await importFile(options)
    const { imported, repeated, bad } = result
    const lines = [
      ...shown.map(({ line, reason }) => `${file}:${line}: ${reason}`),
      `${imported} imported, ${repeated} were there already, ${bad} bad`,
    ]
    out.write(json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`)
    return bad === 0 ? 0 : 1
  } finally {
    kept?.end()
    if (kept !== undefined) await finished(kept)
    await log.close()
  }
}

function specOf({ kind, columns, set, zone, known, interval, label }: Wanted): ImportSpec {
  if (kind === 'bar') durationOf(interval)
  const length = interval === undefined ? {} : { interval }
  return { kind, columns, constants: set, zone, known: parseKnownRule(known), label, ...length }
}

function formatOf(file: string): 'csv' | 'parquet' | 'jsonl' {
  const match = /\.(csv|parquet|jsonl)$/.exec(file)
  if (match !== null) return match[1] as 'csv' | 'parquet' | 'jsonl'
  throw new WaggleError('CONFIG_INVALID', `--format: ${file} does not say what it is`)
}
