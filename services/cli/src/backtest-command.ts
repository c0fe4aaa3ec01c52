import { writeFile } from 'node:fs/promises'
import { microsOf, parseDecimal, systemClock, type Micros } from '@waggle/base'
import { backtest, reportHtml, reportJson, reportText, type BacktestReport } from '@waggle/backtest'
import { z } from 'zod'
import { openBacktestAgent } from './backtest-agent.ts'
import { costsOf, moneyOption } from './backtest-costs.ts'
import { defineCommand, flag, option, type WantedOf } from './program/command.ts'
import { SOURCE_OPTIONS, timeOption, withSource, type ReplayScope } from './replay-source.ts'
import type { ProgressBar } from './terminal.ts'
import { withBar } from './with-bar.ts'

const DAY_ONLY = /^\d{4}-\d{2}-\d{2}$/
const endOption = z
  .string()
  .transform((text) => microsOf(DAY_ONLY.test(text) ? `${text}T23:59:59.999999Z` : text))
  .refine((time) => Number.isFinite(time), { message: 'is no time in ISO 8601' })
const text = z.string().min(1)
const args = { path: option('AGENT.ts', 'the file of the agent', text) }
const options = {
  ...SOURCE_OPTIONS,
  from: option('DATE', 'first day or time at which the agent is asked', timeOption),
  to: option('DATE', 'last day or time; what was known before may be read', endOption),
  as: option('NAME', 'run of what the agent says', text.max(64).default('backtest')),
  keep: flag('write that into the log, too, under its run; otherwise it is gone in the end'),
  costs: option('FILE|JSON', 'nothing costs anything if left out', text.optional()),
  fill: option(
    'next-open|next-close|this-close',
    'price that orders are filled at',
    z.enum(['next-open', 'next-close', 'this-close']).default('next-open'),
  ),
  cash: option(
    'MONEY',
    'at the start; 100000 if left out',
    moneyOption.default(parseDecimal('100000')!),
  ),
  seed: option('N', 'seed of the agent’s chance', z.coerce.number().int().default(1)),
  'model-cutoff': option(
    'DATE',
    'end of the training data of the agent’s model: earlier decisions are contaminated',
    timeOption.optional(),
  ),
  trials: option(
    'N',
    'variants tried so far; lowers the deflated Sharpe ratio',
    z.coerce.number().int().positive().default(1),
  ),
  html: option('FILE', 'writes the report as a page', text.optional()),
}
type Wanted = WantedOf<typeof args & typeof options>

export const BACKTEST = defineCommand({
  details: `Runs an agent against what was recorded, in known order; the next event is withheld until the one before is dealt
with. AGENT.ts exports as default a function of observation and context, an object with \`pull\`, or, as \`program\`, a
function that makes a program of the SDK.

--costs has "commissionBps", "commissionPerUnit", "commissionMinimum", "spreadBps", "slippageBps", "volumeShare",
"volumeImpact" and "borrowBps".`,
  args,
  options,
  examples: [
    'backtest examples/backtest/agent.ts --data .waggle/demo --run backtest-SPX --from 2008-01-01 --to 2010-01-01 --html report.html',
  ],
  exits: 'Exit code 1: the agent tried to look ahead.',
  run: (wanted, deps) =>
    withSource(wanted, deps.environment, async (scope) => {
      const bar = { title: 'Testing', unit: 'hours' }
      const report = await withBar(bar, deps, (onProgress) =>
        testAgent(wanted.path, scope, wanted, onProgress),
      )
      if (wanted.html !== undefined) await writeFile(wanted.html, reportHtml(report))
      deps.out.write(wanted.json ? `${reportJson(report)}\n` : reportText(report))
      return report.lookAhead.length === 0 ? 0 : 1
    }),
})

async function testAgent(
  path: string,
  { log, codec, swarm, run, index }: ReplayScope,
  wanted: Wanted,
  onProgress: ProgressBar['at'],
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
      onProgress: (at) => onProgress(hours(at - from), hours(to - from)),
      ...(cutoff === undefined ? {} : { modelCutoff: cutoff }),
    })
  } finally {
    await opened.close()
  }
}

const HOUR_MICROS = 3_600_000_000

function hours(micros: Micros): number {
  return Math.floor(micros / HOUR_MICROS)
}
