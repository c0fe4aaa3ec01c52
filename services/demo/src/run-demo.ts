import { createLogger, microsOf, systemClock, type Micros } from '@waggle/base'
import { createEmitter, sealRun } from '@waggle/emit'
import type { Environment } from '@waggle/service'
import type { DemoArguments } from './arguments.ts'
import { askItText } from './ask-it.ts'
import { readBars, type BarFile } from './bars-csv.ts'
import { beliefText } from './belief.ts'
import { bindSwarm } from './bind-swarm.ts'
import { openClusterHost } from './cluster-host.ts'
import type { DemoHost, DemoScope } from './demo-host.ts'
import type { DemoOutput } from './demo-output.ts'
import { openEmbeddedHost } from './embedded-host.ts'
import { gather } from './gather.ts'
import { startProgress } from './progress.ts'
import {
  bestAndWorst,
  digestText,
  heading,
  judgedLine,
  summaryText,
  trajectoryText,
} from './report.ts'
import { runSwarm } from './run-swarm.ts'
import { closeOf, createMarketClock } from './swarm-bus.ts'

const CATCH_UP_MS = 300_000
const SWARM = 'demo'
const HOUR: Micros = 3_600_000_000

/** The whole demo: trade, report, ask the past twice, rebuild. Returns whether every check held. */
export async function runDemo(
  options: DemoArguments,
  environment: Environment,
  output: DemoOutput,
): Promise<boolean> {
  const file = cut(readBars(options.bars), options.until)
  for (const { line, reason } of file.badRows) output.write(`line ${line} left out: ${reason}\n`)
  const clock = systemClock()
  const logger = createLogger('demo', 'warn')
  const say = (line: string): void => void (options.quiet || output.write(`${line}\n`))
  const bus = options.cluster
    ? await openClusterHost({ environment, clock, logger, say })
    : await openEmbeddedHost({ ...options, clock, logger })
  try {
    const scope = { swarm: SWARM, run: `backtest-${options.symbol}` }
    const started = clock.now()
    await trade(bus, scope, file, options, output)
    await bus.caughtUp(CATCH_UP_MS)
    const seconds = (clock.now() - started) / 1e6
    const end = closeOf(file.bars.at(-1)!.date) + 2 * HOUR
    await sealRun({ log: bus.log, codec: bus.codec, ...scope, at: end })
    await report(bus, scope, options, seconds, output)
    const past = { ...options, 'as-of': earlier(options['as-of'], file) }
    const asked = await askThePast(bus, scope, past, output)
    const rebuilt = await rebuildViews(bus, output)
    output.write(`${await askItText(bus, scope, past)}\n`)
    return asked && rebuilt
  } finally {
    await bus.stop()
  }
}

/** A day beyond the last bar cannot be sealed: nobody knows yet what will be known by then. */
function earlier(day: string, { bars }: BarFile): string {
  const last = bars.at(-1)!.date
  return day < last ? day : last
}

function cut(file: BarFile, until: string | undefined): BarFile {
  return until === undefined
    ? file
    : { ...file, bars: file.bars.filter(({ date }) => date <= until) }
}

async function trade(
  bus: DemoHost,
  scope: DemoScope,
  file: BarFile,
  options: DemoArguments,
  output: DemoOutput,
): Promise<void> {
  const market = createMarketClock()
  const progress = startProgress(file.bars.length, options.quiet, output)
  const swarmBus = bindSwarm(bus, market, scope)
  const onBar = (index: number): void => progress.at(index + 1, file.bars[index]!.date)
  const start = await runSwarm({
    bus: swarmBus,
    clock: market,
    symbol: options.symbol,
    file,
    onBar,
  })
  progress.end()
  if (start > 0)
    output.write(`Went on after bar ${start} of ${file.bars.length}, where the log ended.\n`)
}

async function report(
  bus: DemoHost,
  scope: DemoScope,
  { symbol }: DemoArguments,
  seconds: number,
  output: DemoOutput,
): Promise<void> {
  const gathered = await gather(bus.log, bus.codec, scope.swarm, scope.run)
  output.write(`${summaryText(gathered, symbol)}\n`)
  const rate = Math.round(gathered.events / seconds)
  output.write(
    `\nEmitted, logged and projected into three views in ${seconds.toFixed(1)} s: ${rate} events/s.\n`,
  )
  const extremes = bestAndWorst(gathered.judged)
  if (extremes === undefined) return
  output.write(`\n${judgedLine('Best', extremes.best)}\n${judgedLine('Worst', extremes.worst)}\n`)
  const query = bus.query(scope)
  for (const name of [gathered.fills.at(-1)?.trajectory, extremes.worst.decision.trajectory]) {
    if (name === undefined || name === null) continue
    output.write(`${trajectoryText(name, await query.trajectory({ trajectory: name }))}\n`)
  }
}

/** Asks what the swarm believed, appends events that claim to be from before, and asks again. */
async function askThePast(
  bus: DemoHost,
  scope: DemoScope,
  { 'as-of': day, symbol }: DemoArguments,
  output: DemoOutput,
): Promise<boolean> {
  const asOf = closeOf(day) + HOUR
  const query = bus.query(scope)
  const ask = (): Promise<{ value: string; sealed: boolean }> =>
    query.asOf(asOf).read('hot', (view) => beliefText(view, scope, symbol))
  const before = await ask()
  output.write(`${heading(`What did the swarm believe on ${day}?`)}\n${before.value}\n`)
  await backdate(bus, scope, symbol, microsOf(`${day}T12:00:00Z`) - 86_400_000_000)
  const after = await ask()
  const same = before.value === after.value
  output.write(
    `\nAsked again after two backdated events were appended (${after.sealed ? 'the run is sealed' : 'not sealed'}): ` +
      `${same ? 'the same answer.' : 'ANOTHER ANSWER.'}\n`,
  )
  return same
}

/** Hindsight: a signal and a bar that claim to have been known the day before. */
async function backdate(
  bus: DemoHost,
  scope: DemoScope,
  symbol: string,
  claimed: Micros,
): Promise<void> {
  const agent = 'historian'
  const session = `${scope.swarm}/${scope.run}/${agent}`
  const emitter = createEmitter({
    log: bus.log,
    codec: bus.codec,
    clock: systemClock(),
    ...scope,
    agent,
    session,
  })
  const times = { occurred_at: claimed, known_at: claimed }
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: agent, ...times })
  await emitter.emit({
    kind: 'signal',
    domain: 'news',
    severity: 'CRITICAL',
    confidence: 1,
    message: 'sell everything, I knew it all along',
    ttl_ms: 30 * 86_400_000,
    instrument: symbol,
    ...times,
  })
  const price = 1_000_000_000n
  const bar = {
    kind: 'bar',
    instrument: symbol,
    interval: 'P1D',
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0n,
  } as const
  await emitter.emit({ ...bar, ...times })
}

async function rebuildViews(bus: DemoHost, output: DemoOutput): Promise<boolean> {
  await bus.caughtUp(CATCH_UP_MS)
  const { live, rebuilt } = await bus.compareRebuilt()
  output.write(`${digestText(live, rebuilt)}\n`)
  return Object.keys(live).every((view) => live[view] === rebuilt[view])
}
