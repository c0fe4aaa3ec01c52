import { parseDemoArguments, runDemo } from '@waggle-services/demo'
import { z } from 'zod'
import { defineCommand, flag, option, type CommandDeps, type WantedOf } from '../program/command.ts'
import { serveBus } from '../serve-bus.ts'

const text = z.string().min(1).optional()
const options = {
  bars: option(
    'FILE',
    'CSV with date,open,high,low,close,volume; the S&P 500 from 2000 to 2020 if left out',
    text,
  ),
  symbol: option('NAME', 'the instrument; SPX if left out', text),
  data: option('DIR', 'folder of the log and the views; .waggle/demo if left out', text),
  until: option('DATE', 'last day to trade', text),
  'as-of': option('DATE', 'the day the question about the past is about', text),
  fresh: flag('forgets the folder’s content first'),
  cluster: flag('on a cluster: the one that WAGGLE_ variables name, else one started for the demo'),
  quiet: flag('only the report'),
  serve: flag('then serves the finished demo with its dashboard'),
  port: option(
    'PORT',
    'of --serve, on 127.0.0.1; 0 takes any free one',
    z.coerce.number().int().min(0).max(65_535).default(4600),
  ),
}
type Wanted = WantedOf<typeof options>

export const DEMO = defineCommand({
  details: `Kill it at any point and start it again: it goes on where the log ends. With --json the report goes to standard error, and
the answer says whether every check held.`,
  options,
  examples: ['demo --fresh --until 2002-12-31', 'demo --serve'],
  exits: 'Exit code 1: a rebuilt view or an answer about the past differs.',
  check: ({ serve, cluster }) =>
    serve && cluster ? { serve: 'goes with the embedded bus only' } : {},
  run: runDemoCommand,
})

async function runDemoCommand(wanted: Wanted, deps: CommandDeps): Promise<number> {
  const { out, terminal, environment } = deps
  // Its bar finds the terminal by itself.
  const quiet = wanted.quiet || wanted.json
  const demo = parseDemoArguments(demoArgv({ ...wanted, quiet }))
  const report = wanted.json ? terminal : out
  const held = await runDemo(demo, environment, { write: (said) => void report.write(said) })
  if (wanted.json) out.write(`${JSON.stringify({ held, data: demo.data, symbol: demo.symbol })}\n`)
  if (!wanted.serve || !held) return held ? 0 : 1
  return serveBus({ data: demo.data, port: wanted.port, json: wanted.json }, deps)
}

function demoArgv({ serve: _serve, port: _port, json: _json, ...wanted }: Wanted): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`]
    return typeof value === 'string' ? [`--${name}`, value] : []
  })
}
