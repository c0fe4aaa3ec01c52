import { WaggleError } from '@waggle/base'
import { MINDS, type SwarmMinds } from './agents/minds.ts'
import { AGENT_NAMES, AGENTS } from './agents/roster.ts'
import type { BarFile } from './bars-csv.ts'
import { Indicators } from './indicators.ts'
import { regimeConcepts } from './lessons.ts'
import type { MarketClock, SwarmBus } from './swarm-bus.ts'
import { freshState, type SwarmState } from './swarm-state.ts'
import type { Emitters } from './bar-context.ts'
import { tradeBar } from './trade-bar.ts'

export interface SwarmRun {
  readonly bus: SwarmBus
  readonly clock: MarketClock
  readonly symbol: string
  readonly file: BarFile
  /** How its agents judge; a fork may give others. */
  readonly minds?: SwarmMinds
  readonly onBar?: (index: number) => void
}

/** Runs the swarm from the last complete bar in the log to the last bar given; returns where it began. */
export async function runSwarm({
  bus,
  clock,
  symbol,
  file,
  minds = MINDS,
  onBar,
}: SwarmRun): Promise<number> {
  const state = await lastState(bus, file)
  const emitters = Object.fromEntries(
    AGENT_NAMES.map((agent) => [agent, bus.emitter(agent, state.seqs[agent] ?? 0)]),
  ) as Emitters
  const start = state.bar + 1
  if (start === 0) await join(emitters, clock, file)
  const indicators = new Indicators()
  const shared = { bus, emitters, minds, symbol, bars: file.bars, learned: {} }
  let complete: Promise<unknown> = Promise.resolve()
  for (const [index, bar] of file.bars.entries()) {
    const features = indicators.next(bar)
    if (index < start) continue
    clock.openBar(bar.date)
    const context = { ...shared, index, features }
    ;({ complete } = await tradeBar(context, state, complete))
    onBar?.(index)
  }
  await complete
  return start
}

async function lastState(bus: SwarmBus, file: BarFile): Promise<SwarmState> {
  const text = await bus.conductorState()
  if (text === undefined) return freshState(file.fingerprint)
  // A state of before there was memory has nothing in mind.
  const state = { ...freshState(file.fingerprint), ...(JSON.parse(text) as SwarmState) }
  if (state.input === file.fingerprint) return state
  throw new WaggleError(
    'INPUT_INVALID',
    'The data folder holds a run on other bars: use --fresh or another --data',
  )
}

/** The day before the first bar. */
async function join(emitters: Emitters, clock: MarketClock, { bars }: BarFile): Promise<void> {
  const first = Date.parse(bars[0]!.date)
  clock.openBar(new Date(first - 86_400_000).toISOString().slice(0, 10))
  await Promise.all(
    AGENT_NAMES.map((agent) => {
      const { role, weight, capabilities } = AGENTS[agent]
      return emitters[agent].emit({
        kind: 'agent',
        op: 'JOINED',
        role,
        weight,
        capabilities: [...capabilities],
      })
    }),
  )
  await emitters['sentiment-analyzer'].emitAll(regimeConcepts())
}
