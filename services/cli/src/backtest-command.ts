import { writeFile } from 'node:fs/promises'
import { microsOf, parseDecimal, systemClock, WaggleError } from '@waggle/base'
import { backtest, reportHtml, reportJson, reportText, type BacktestReport } from '@waggle/backtest'
import { z } from 'zod'
import { openBacktestAgent } from './backtest-agent.ts'
import { costsOf, moneyOption } from './backtest-costs.ts'
import { parseOptions } from './parse-options.ts'
import { SOURCE_OPTIONS, timeOption, withSource, type ReplayScope } from './replay-source.ts'
import type { CommandDeps } from './run-waggle.ts'

export const BACKTEST_USAGE = `waggle backtest AGENT.ts --from DATE --to DATE [--data DIR] [--swarm NAME] [--run NAME] [--as NAME] [--keep]
               [--costs FILE|JSON] [--fill next-open|next-close|this-close] [--cash MONEY] [--seed N]
               [--model-cutoff DATE] [--trials N] [--html FILE] [--json]

Runs an agent against what was recorded, in known order; the next event is withheld until the one before is dealt
with. AGENT.ts exports as default a function of observation and context, an object with \`pull\`, or, as \`program\`, a
function that makes a program of the SDK.

  --from, --to    first and last day (or time) at which the agent is asked; what was known before may be read
  --data          folder of an embedded bus; without it, the cluster that WAGGLE_ variables name
  --swarm         needed where the log has several
  --run           the recorded run; \`live\` if left out
  --as            run of what the agent says; \`backtest\` if left out
  --keep          write that into the log, too, under its run; otherwise it is gone in the end
  --costs         {"commissionBps", "commissionPerUnit", "commissionMinimum", "spreadBps", "slippageBps",
                  "volumeShare", "volumeImpact", "borrowBps"}; nothing costs anything if left out
  --fill          price that orders are filled at; next-open if left out
  --model-cutoff  end of the training data of the agent's model: earlier decisions are contaminated
  --trials        variants tried so far; lowers the deflated Sharpe ratio
  --html          writes the report as a page

Exit code: 0 done, 1 the agent tried to look ahead, 2 bad arguments, 3 not found, 5 the log cannot be reached.
`

const DAY_ONLY = /^\d{4}-\d{2}-\d{2}$/
const endOption = z
  .string()
  .transform((text) => microsOf(DAY_ONLY.test(text) ? `${text}T23:59:59.999999Z` : text))
  .refine((time) => Number.isFinite(time), { message: 'is no time in ISO 8601' })
const text = z.string().min(1)
const flag = z.boolean().default(false)
const schema = z.strictObject({
  ...SOURCE_OPTIONS,
  from: timeOption,
  to: endOption,
  as: text.max(64).default('backtest'),
  keep: flag,
  costs: text.optional(),
  fill: z.enum(['next-open', 'next-close', 'this-close']).default('next-open'),
  cash: moneyOption.default(parseDecimal('100000')!),
  seed: z.coerce.number().int().default(1),
  'model-cutoff': timeOption.optional(),
  trials: z.coerce.number().int().positive().default(1),
  html: text.optional(),
  json: flag,
})
type Wanted = z.output<typeof schema>

export async function runBacktest(
  [path, ...argv]: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  if (path === undefined || path.startsWith('--'))
    throw new WaggleError('CONFIG_INVALID', 'The first argument is the file of the agent')
  const wanted = parseOptions(argv, schema, ['keep', 'json'])
  return withSource(wanted, environment, async (scope) => {
    const report = await testAgent(path, scope, wanted)
    if (wanted.html !== undefined) await writeFile(wanted.html, reportHtml(report))
    out.write(wanted.json ? `${reportJson(report)}\n` : reportText(report))
    return report.lookAhead.length === 0 ? 0 : 1
  })
}

async function testAgent(
  path: string,
  { log, codec, swarm, run, index }: ReplayScope,
  wanted: Wanted,
): Promise<BacktestReport> {
  const { from, to, as, keep, costs, fill, cash, seed, trials } = wanted
  const cutoff = wanted['model-cutoff']
  if (keep) await codec.register()
  const opened = await openBacktestAgent(path, keep ? { log, codec } : undefined, systemClock())
  try {
    return await backtest({
      source: { log, codec, swarm, run, ...(index === undefined ? {} : { judgments: index }) },
      agent: opened.agent,
      target: opened.target,
      name: opened.name,
      run: as,
      from,
      to,
      costs: await costsOf(costs),
      fillAt: fill,
      cash,
      seed,
      trials,
      ...(cutoff === undefined ? {} : { modelCutoff: cutoff }),
    })
  } finally {
    await opened.close()
  }
}
