import { WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Kind } from '@waggle/event'
import { backtest, type BacktestAgent, type BacktestOptions } from '../backtest.ts'
import { performanceOf, returnsOf, type Performance } from '../metrics/performance.ts'
import { RecordedPast } from '../recorded-past.ts'
import type { BacktestReport } from '../report/report.ts'
import type { Span, Split } from './splits.ts'

/** What an agent may learn from: only what was known in its span. Labels that came later are not in it: they are purged. */
export interface Training {
  readonly span: Span
  events(kinds?: readonly Kind[]): Promise<KnownEvent[]>
}

export interface WalkForwardTest extends Omit<BacktestOptions, 'agent' | 'from' | 'to'> {
  readonly splits: readonly Split[]
  /** Makes the agent of a split. */
  readonly fit: (training: Training) => BacktestAgent | Promise<BacktestAgent>
}

export interface WalkForwardReport {
  readonly splits: readonly { readonly split: Split; readonly report: BacktestReport }[]
  /** Of the daily returns of all tests, one after the other: none of it was learned from before. */
  readonly outOfSample: Performance
}

/** Fits and tests an agent split by split; each test is a run of its own, `<run>-<number>`. */
export async function walkForwardTest(options: WalkForwardTest): Promise<WalkForwardReport> {
  const { splits, fit, run = 'walk', ...rest } = options
  const tested: { split: Split; report: BacktestReport }[] = []
  for (const [index, split] of splits.entries()) {
    const { train, test } = split
    if (train.to > test.from)
      throw new WaggleError('LOOK_AHEAD', `Split ${index} learns from what it is tested on`)
    const agent = await fit(trainingOf(options, train))
    const own = { ...rest, agent, run: `${run}-${index + 1}` }
    const report = await backtest({ ...own, from: test.from, to: test.to - 1 })
    tested.push({ split, report })
  }
  const values = [1]
  for (const { report } of tested)
    for (const value of returnsOf(report.curve.values)) values.push(values.at(-1)! * (1 + value))
  return { splits: tested, outOfSample: performanceOf(values, { trials: options.trials ?? 1 }) }
}

function trainingOf({ source }: WalkForwardTest, span: Span): Training {
  const to = span.to - 1
  const past = new RecordedPast({ ...source, run: source.run ?? null, to })
  return {
    span,
    events: async (kinds) => {
      const events = await past.events(kinds, to)
      return events.filter(({ knownFrom }) => knownFrom >= span.from)
    },
  }
}
