import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backtest, type AgentFunction, type BacktestReport, type RunTarget } from '@waggle/backtest'
import { formatDecimal, systemClock, type Decimal } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS, type Bar } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry } from '@waggle/registry'
import { parseDemoArguments } from '../../services/demo/src/arguments.ts'
import { readBars } from '../../services/demo/src/bars-csv.ts'
import { resolveNautilus } from '../support/python.ts'
import { FIRST_DAY, walk } from '../support/recorded-bars.ts'
import { demoSwarm } from './demo-swarm.ts'
import { interleaved, line, quantile, verify } from './measure.ts'

const SCRIPT = fileURLToPath(new URL('./nautilus_backtest.py', import.meta.url))
const ROUNDS = 3
const [WAGGLE, UNKEPT] = ['Waggle', 'Waggle, events not kept'] as const
const CROSS_BARS = 20_000
const HOUR = 3_600_000_000
const [FAST, SLOW] = [10, 50]
const UNIT = 1_000_000_000n
const HELD = 10n * UNIT
const CASH = 10_000_000n * UNIT
const CENT = 10_000_000n

type Prices = Pick<Bar, 'open' | 'high' | 'low' | 'close'> & { readonly at: number }

interface Rival {
  readonly seconds: number
  readonly cpu: number
  readonly bars: number
  readonly said: number
  readonly fills: readonly [at: number, quantity: number, price: string][]
  readonly cash: string
}

/**
 * Ours: bars read from an LMDB log, their CRC checked, admitted, decoded and delivered in known order; all that is said
 * validated, encoded and appended to a log in memory; the report made. NautilusTrader: bars as objects in memory, their
 * strategy in Python. Its swarm publishes as many events on its message bus: once they go into Feather files, as it
 * records runs itself, and once nowhere; ours then goes nowhere either, once it is checked and encoded. Only
 * `engine.run()` is timed.
 */
export async function benchBacktest(): Promise<string[]> {
  const python = await resolveNautilus()
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  try {
    const nautilus = async (name: string, bars: readonly Prices[], more: string[] = []) => {
      const file = join(folder, `${name}.csv`)
      writeFileSync(file, bars.map(csvOf).join(''))
      const [json] = (await python?.run(SCRIPT, [name, file, ...more])) ?? []
      return json === undefined ? undefined : (JSON.parse(json) as Rival)
    }
    const cross = await compare('moving-average cross', syntheticBars(), folder, {
      agent: crossAgent,
      rivals: { NautilusTrader: (bars) => nautilus('cross', bars) },
      agree: sameTrades,
    })
    const perBar = (said: number, bars: readonly Prices[]): string =>
      String((said + 0.5) / bars.length)
    const swarm = await compare('agents of the demo', demoBars(), folder, {
      agent: demoSwarm,
      rivals: {
        'NautilusTrader, events recorded': (bars, said) =>
          nautilus('swarm', bars, [perBar(said, bars), mkdtempSync(join(folder, 'feather-'))]),
        'NautilusTrader, events dropped': (bars, said) =>
          nautilus('swarm', bars, [perBar(said, bars)]),
      },
      agree: (ours, theirs) => {
        const off = Math.abs(ours.said.events - theirs.said)
        verify(off <= 1, `as many events, ${ours.said.events} and ${theirs.said}`)
      },
    })
    return [
      `backtests, bars per second of CPU; load ${loadavg()[0]!.toFixed(1)}`,
      ...cross,
      ...swarm,
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Contest {
  readonly agent: () => AgentFunction
  readonly rivals: Readonly<
    Record<string, (bars: readonly Prices[], said: number) => Promise<Rival | undefined>>
  >
  readonly agree: (ours: BacktestReport, theirs: Rival) => void
}

function sameTrades(ours: BacktestReport, theirs: Rival): void {
  const fills = ours.fills.map(({ at, quantity, price }) => [
    at,
    Number(quantity / UNIT),
    Number(formatDecimal(price)).toFixed(2),
  ])
  verify(JSON.stringify(fills) === JSON.stringify(theirs.fills), 'the same trades')
  const spent = ours.fills.reduce((sum, { quantity, price }) => sum + (quantity * price) / UNIT, 0n)
  verify(Number(formatDecimal(CASH - spent)) === Number(theirs.cash), 'the same cash')
}

async function compare(
  name: string,
  bars: readonly Prices[],
  folder: string,
  { agent, rivals, agree }: Contest,
): Promise<string[]> {
  const source = await recorded(bars, join(folder, name))
  const walls = new Map<string, number[]>()
  const noted = (rival: string, wall: number, cpu: number): number => {
    walls.set(rival, [...(walls.get(rival) ?? []), wall])
    return bars.length / cpu
  }
  let ours: BacktestReport | undefined
  const runWith = async (rival: string, target: RunTarget): Promise<number> => {
    const span = { from: bars[0]!.at, to: bars.at(-1)!.at }
    const trading = { agent: agent(), fillAt: 'this-close', cash: CASH } as const
    const [start, before] = [performance.now(), process.cpuUsage()]
    ours = await backtest({ source: { ...source, swarm: 'bench' }, target, ...trading, ...span })
    const { user, system } = process.cpuUsage(before)
    const wall = (performance.now() - start) / 1000
    verify(ours.observed.steps === bars.length, 'every bar is seen')
    return noted(rival, wall, (user + system) / 1e6)
  }
  const run = async (): Promise<number> => runWith(WAGGLE, await memoryTarget())
  const runUnkept = async (): Promise<number> => runWith(UNKEPT, await unkeptTarget())
  await run()
  await runUnkept()
  walls.clear()
  const others = Object.entries(rivals).map(([rival, start]) => ({
    name: rival,
    run: async (): Promise<number> => {
      const theirs = await start(bars, ours!.said.events)
      if (theirs === undefined) return Number.NaN
      verify(theirs.bars === bars.length, 'they see every bar')
      agree(ours!, theirs)
      return noted(rival, theirs.seconds, theirs.cpu)
    },
  }))
  const samples = await interleaved(ROUNDS, [
    { name: WAGGLE, run },
    { name: UNKEPT, run: runUnkept },
    ...others,
  ])
  await source.log.close()
  const rate = (rival: string): number => quantile(samples.get(rival)!, 0.5)
  const times = (rival: string): string =>
    [WAGGLE, UNKEPT].map((own) => `${own} ${(rate(own) / rate(rival)).toFixed(2)} x`).join(', ')
  const said = (ours!.said.events / bars.length).toFixed(1)
  return [
    `${name}: ${bars.length} bars, ${said} events said a bar, ${ours!.fills.length} fills`,
    ...[...samples].flatMap(([rival, values]) => [
      line(rival, values, 'bars/s'),
      `    ${quantile(walls.get(rival) ?? [], 0.5).toFixed(2)} s by the clock, ${(1e6 / rate(rival)).toFixed(0)} us of CPU a bar; ${times(rival)}`,
    ]),
  ]
}

function syntheticBars(): Prices[] {
  const cents = (price: number): Decimal => BigInt(Math.round(price * 100)) * CENT
  return walk(CROSS_BARS).map(({ open, close }, hour) => ({
    at: FIRST_DAY + hour * HOUR,
    open: cents(open),
    high: cents(Math.max(open, close)),
    low: cents(Math.min(open, close)),
    close: cents(close),
  }))
}

function crossAgent(): AgentFunction {
  const closes: number[] = []
  let [fast, slow] = [0, 0]
  let held: Decimal = 0n
  return ({ event }) => {
    if (event.kind !== 'bar') return []
    const close = Number(event.close / CENT)
    closes.push(close)
    fast += close - (closes.at(-1 - FAST) ?? 0)
    slow += close - (closes.at(-1 - SLOW) ?? 0)
    if (closes.length < SLOW) return []
    const wanted = fast * SLOW > slow * FAST ? HELD : 0n
    const quantity = wanted - held
    if (quantity === 0n) return []
    held = wanted
    const words = { context: '', reasoning: 'cross', confidence: 0.5 }
    return [{ kind: 'decision', action: 'TRADE', instrument: 'SPX', quantity, ...words }]
  }
}

async function recorded(
  bars: readonly Prices[],
  path: string,
): Promise<{ log: EventLog; codec: Codec }> {
  const clock = systemClock()
  const log = await openLmdbLog({ path, topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitter = createEmitter({ log, codec, clock, swarm: 'bench', agent: 'feed', session: 's' })
  const volume = 1_000_000n * UNIT
  for (let at = 0; at < bars.length; at += 1000)
    await emitter.emitAll(
      bars.slice(at, at + 1000).map(({ at: known_at, ...prices }) => {
        const rest = { instrument: 'SPX', interval: 'P1D', volume, known_at }
        return { kind: 'bar' as const, ...prices, ...rest }
      }),
    )
  return { log, codec }
}

async function memoryTarget(): Promise<{ log: EventLog; codec: Codec }> {
  const log = createMemoryLog({ topics: PARTITIONS, clock: systemClock() })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  return { log, codec }
}

/** Takes everything and keeps nothing: for a comparison with those who keep nothing. */
async function unkeptTarget(): Promise<RunTarget> {
  const { log, codec } = await memoryTarget()
  const append: EventLog['append'] = async (records) =>
    records.map(({ topic }) => ({ topic, partition: 0, offset: 0n, duplicate: false }))
  return { codec, log: { ...log, append } }
}

/** The S&P 500 of the demo, in cents as the rival takes it. */
function demoBars(): Prices[] {
  const cents = (price: Decimal): Decimal => ((price + CENT / 2n) / CENT) * CENT
  return readBars(parseDemoArguments([]).bars).bars.map(({ date, open, high, low, close }) => ({
    at: Date.parse(`${date}T21:00:00Z`) * 1000,
    open: cents(open),
    high: cents(high),
    low: cents(low),
    close: cents(close),
  }))
}

function csvOf({ at, ...prices }: Prices): string {
  const [open, high, low, close] = [prices.open, prices.high, prices.low, prices.close].map(
    (price) => Number(formatDecimal(price)).toFixed(2),
  )
  return `${at},${open},${high},${low},${close}\n`
}
