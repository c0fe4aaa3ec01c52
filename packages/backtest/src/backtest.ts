import { isWaggleError, WaggleError, type Decimal, type Micros } from '@waggle/base'
import type { Kind } from '@waggle/event'
import type { ReplaySource } from '@waggle/replay'
import type { Action, BacktestContext } from './backtest-context.ts'
import type { Observation } from './feed.ts'
import { installTrap, runOutside, runTrapped } from './guard/wall-clock-trap.ts'
import type { FillAt } from './market/broker.ts'
import type { CostModel } from './market/costs.ts'
import { connectProgram, type ProgramAgent } from './program-agent.ts'
import { reportOf, type BacktestReport, type ReportSettings } from './report/report.ts'
import type { RunTarget } from './run-writer.ts'
import { Simulation, type Step } from './simulation.ts'

/** What to say on an observation; what is decided with `instrument` and `quantity` is traded. */
export type AgentFunction = (
  observation: Observation,
  context: BacktestContext,
) => readonly Action[] | void | Promise<readonly Action[] | void>

/** An agent that asks for what comes next itself. */
export interface PullAgent {
  pull(market: Market): Promise<void>
}

export interface Market {
  /** Ends the step under way; undefined at the end. LOOK_AHEAD where it is asked again before it has answered. */
  next(): Promise<Step | undefined>
}

/** An agent of the SDK is made by `programAgent`. */
export type BacktestAgent = AgentFunction | PullAgent | ProgramAgent

export interface BacktestOptions {
  readonly source: ReplaySource & {
    readonly swarm: string
    /** The recorded run; live if left out. */
    readonly run?: string | null
  }
  readonly agent: BacktestAgent
  /** Name it speaks under; `agent` if left out. */
  readonly name?: string
  /** Run id of everything it says; `backtest` if left out. */
  readonly run?: string
  /** Where that goes: the same log, isolated by run, or another one. A program's bus has its own. */
  readonly target?: RunTarget
  /** First and last known time at which the agent is asked, in microseconds; what is known before is there to read. */
  readonly from: Micros
  readonly to: Micros
  /** Kinds that it observes; all if left out. Without bars or trades nothing can be bought. */
  readonly kinds?: readonly Kind[]
  /** 100,000 if left out. */
  readonly cash?: Decimal
  /** Nothing costs anything if left out. */
  readonly costs?: CostModel
  readonly fillAt?: FillAt
  readonly seed?: number
  readonly modelCutoff?: Micros
  /** How many variants were tried before this one, itself included: lowers the deflated Sharpe ratio. */
  readonly trials?: number
  /** Told the simulated time as each step begins: it goes from `from` to `to`. */
  readonly onProgress?: (at: Micros) => void
}

const CASH: Decimal = 100_000n * 1_000_000_000n

/**
 * Runs an agent against what was recorded, one event after the other in known order. It ends early, with status
 * STOPPED, where a look ahead escapes the agent; whatever else the agent throws is thrown on. The same log, options
 * and agent give the same report to the byte.
 */
export async function backtest(options: BacktestOptions): Promise<BacktestReport> {
  const { agent, source, kinds, modelCutoff, onProgress } = options
  const settings = settingsOf(options)
  const { to, recordedRun } = settings
  const simulation = new Simulation({
    ...settings,
    source: { ...source, run: recordedRun, to, ...(kinds === undefined ? {} : { kinds }) },
    target: targetOf(options),
    ...(modelCutoff === undefined ? {} : { modelCutoff }),
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  const removeTrap = installTrap()
  let stopped = false
  try {
    if (typeof agent === 'function') await drive(simulation, agent)
    else if ('pull' in agent) await drivePull(simulation, agent)
    else await drive(simulation, connectProgram(agent, simulation, settings))
  } catch (error) {
    if (!isWaggleError(error, 'LOOK_AHEAD')) throw error
    stopped = true
  } finally {
    removeTrap()
    await simulation.close()
  }
  return reportOf(simulation, settings, stopped)
}

function settingsOf(options: BacktestOptions): ReportSettings {
  const { source, from, to } = options
  if (!(from <= to))
    throw new WaggleError('INPUT_INVALID', 'A backtest ends after it begins', { field: 'from' })
  return {
    swarm: source.swarm,
    recordedRun: source.run ?? null,
    run: options.run ?? 'backtest',
    name: options.name ?? 'agent',
    from,
    to,
    seed: options.seed ?? 1,
    cash: options.cash ?? CASH,
    costs: options.costs ?? {},
    fillAt: options.fillAt ?? 'next-open',
    trials: options.trials ?? 1,
  }
}

function targetOf({ target, agent }: BacktestOptions): RunTarget {
  const own = typeof agent === 'object' && 'bus' in agent ? agent.bus : undefined
  const found = own ?? target
  if (found !== undefined) return found
  throw new WaggleError('CONFIG_INVALID', 'A backtest needs a log for what the agent says', {
    field: 'target',
  })
}

async function drive(simulation: Simulation, agent: AgentFunction): Promise<void> {
  const { guard, random, writer } = simulation
  const trapped = { guard, random }
  do {
    for (let step = simulation.take(); step !== undefined; step = simulation.take()) {
      const { observation, context } = step
      const answer = runTrapped(trapped, () => agent(observation, context))
      const actions = answer instanceof Promise ? await answer : answer
      for (const action of actions ?? []) simulation.say(action)
      simulation.endStep()
      if (writer.full) await writer.flush()
    }
  } while (await simulation.refill())
}

async function drivePull(simulation: Simulation, agent: PullAgent): Promise<void> {
  const { guard, random, writer } = simulation
  let asking = false
  const next = async (): Promise<Step | undefined> => {
    if (asking) guard.refuse('UNAWAITED', 'the next event was asked for twice')
    asking = true
    try {
      simulation.endStep()
      if (writer.full) await writer.flush()
      for (;;) {
        const step = simulation.take()
        if (step !== undefined) return step
        if (!(await simulation.refill())) return undefined
      }
    } finally {
      asking = false
    }
  }
  await runTrapped({ guard, random }, () => agent.pull({ next: () => runOutside(next) }))
  simulation.endStep()
}
