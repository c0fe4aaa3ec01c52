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
import { DATA_HELP } from './replay-source.ts'
import { defineCommand, option, type CommandDeps, type WantedOf } from './program/command.ts'
import { withBar } from './with-bar.ts'

const text = z.string().min(1)
const pairs = z.string().transform((list, context) => {
  const entries = list.split(',').map((pair) => pair.split('=') as [string, string])
  if (entries.some((entry) => entry.length !== 2 || entry.includes('')))
    context.addIssue('is a list of FIELD=VALUE')
  return Object.fromEntries(entries)
})
const options = {
  file: option('FILE', 'what is imported', text),
  kind: option(
    'bar|trade|order_book|decision',
    'kind of the events',
    z.enum(['bar', 'trade', 'order_book', 'decision']),
  ),
  known: option(
    'RULE',
    'when a row could be known: column:NAME, close, close+5s (after the end of the bar, or the event) or session:16:00+15m (after the end of the exchange’s day, in --zone)',
    text,
  ),
  zone: option(
    'ZONE',
    'IANA zone of times that do not name their offset, such as America/New_York or UTC',
    text,
  ),
  swarm: option('NAME', 'the swarm', text),
  data: option('DIR', DATA_HELP, text.optional()),
  agent: option('NAME', 'who says it', text.default('import')),
  columns: option(
    'FIELD=COLUMN,...',
    'where fields are read from other columns: time=timestamp,volume=vol; levels of order books with # for their number: bid_price=bids[#].price',
    pairs.default({}),
  ),
  set: option(
    'FIELD=VALUE,...',
    'values of fields that are no column: instrument=SPX',
    pairs.default({}),
  ),
  interval: option('P1D', 'length of a bar', text.optional()),
  label: option(
    'open|close',
    'whether the time of a bar is its first moment or its last',
    z.enum(['open', 'close']).default('open'),
  ),
  format: option(
    'csv|parquet|jsonl',
    'of the file; what its name says if left out',
    z.enum(['csv', 'parquet', 'jsonl']).optional(),
  ),
  run: option('NAME', 'run of the events', text.optional()),
  'bad-rows': option(
    'FILE',
    'takes rows that are no events, as JSON lines with their line and reason',
    text.optional(),
  ),
}
type Wanted = WantedOf<typeof options>

export const IMPORT = defineCommand({
  details: `Rows that are no events are kept as dead letters too, with their line, reason and bytes (of Parquet: their cells as
JSON). A file that is imported again, whole or after a broken import, adds nothing twice.`,
  options,
  examples: [
    'import --file spx.csv --kind bar --known close --zone America/New_York --swarm desk --set instrument=SPX --interval P1D --data .waggle/bus',
  ],
  exits: 'Exit code 0 where all rows are events, 1 where some are not.',
  run: runImport,
})

const BAD_ROWS_SHOWN = 10

async function runImport(wanted: Wanted, deps: CommandDeps): Promise<number> {
  const { environment, clock, out } = deps
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
    const bar = { title: 'Importing', unit: 'kB' }
    const result = await withBar(bar, deps, (onProgress) =>
      importFile({ ...options, onProgress: (done, total) => onProgress(kB(done), kB(total)) }),
    )
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

function kB(bytes: number): number {
  return Math.floor(bytes / 1000)
}
