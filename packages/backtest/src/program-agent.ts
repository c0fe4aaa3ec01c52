import {
  createAgent,
  firstCarry,
  runCycle,
  type Agent,
  type AgentProgram,
  type AgentSdkBus,
  type Carry,
  type CycleSteps,
  type Json,
  type ModelInfo,
} from '@waggle/agent'
import { isWaggleError, messageOf } from '@waggle/base'
import type { AnyDraft, Draft, EmittableKind, Emitted, Emitter } from '@waggle/emit'
import type { AgentFunction } from './backtest.ts'
import type { BacktestContext } from './backtest-context.ts'
import type { Observation } from './feed.ts'
import { outside, runOutside, runTrapped } from './guard/wall-clock-trap.ts'
import type { Simulation } from './simulation.ts'

/** What a program perceives with: what was delivered last, and what may be read besides. */
export interface ProgramFeed {
  readonly observation: Observation
  readonly context: BacktestContext
}

/** An agent of the SDK as it runs live, but for where it perceives from. */
export interface ProgramAgent {
  /** A bus of its own, in memory, or the one of the recorded log: the run isolates it. */
  readonly bus: AgentSdkBus
  readonly model?: ModelInfo
  /** Makes the program; `feed` gives what there is in a step. */
  readonly program: (feed: () => ProgramFeed) => AgentProgram<Json>
}

/** Binds the type of the program's state. */
export function programAgent<S extends Json>(
  agent: Omit<ProgramAgent, 'program'> & {
    readonly program: (feed: () => ProgramFeed) => AgentProgram<S>
  },
): ProgramAgent {
  return agent as unknown as ProgramAgent
}

/** One cycle of the program for each observation. What a cycle decides is traded; a LOOK_AHEAD in it is thrown on. */
export function connectProgram(
  { bus, model, program }: ProgramAgent,
  simulation: Simulation,
  { swarm, run, name }: { readonly swarm: string; readonly run: string; readonly name: string },
): AgentFunction {
  let feed: ProgramFeed | undefined
  const steps = program(
    () => feed ?? simulation.guard.refuse('NOT_KNOWN', 'the feed was asked between steps'),
  )
  const agent = createAgent({
    bus: { ...bus, emitter: (wanted) => watched(bus.emitter(wanted), simulation) },
    swarm,
    run,
    name,
    kind: steps.kind,
    // The harness says fills under the agent's name, in a session of its own.
    session: `${run}/${name}/program`,
    clock: simulation.clock,
    random: simulation.random,
    ...(model === undefined ? {} : { model }),
  })
  const guarded = bounded(agent, simulation)
  const cycle = trappedSteps(steps, simulation)
  let carry: Carry<Json> = firstCarry(steps.initial)
  let joined = false
  return (observation, context) =>
    runOutside(async () => {
      await simulation.writer.flush()
      if (!joined) await join(agent)
      joined = true
      feed = { observation, context }
      const result = await runCycle(guarded, cycle, carry)
      feed = undefined
      carry = result.carry
      const { failure } = result
      if (failure === undefined) return
      const { step, error } = failure
      if (isWaggleError(error, 'LOOK_AHEAD')) throw error
      simulation.failures.push({ at: context.now, step, error: messageOf(error) })
    })
}

/** Without the heartbeats of `agent.join`, which go by a clock that only moves with what is observed. */
async function join({ emitter, name, kind }: Agent): Promise<void> {
  const { role = name, capabilities = [] } = kind ?? {}
  await emitter.emit({ kind: 'agent', op: 'JOINED', role, capabilities: [...capabilities] })
}

/** Checks what is said before it is, and takes note of it after. */
function watched(inner: Emitter, simulation: Simulation): Emitter {
  const emitAll = async (drafts: readonly AnyDraft[]): Promise<Emitted[]> => {
    for (const draft of drafts) simulation.check(draft)
    const emitted = await inner.emitAll(drafts)
    for (const { event } of emitted) {
      simulation.writer.note(event)
      simulation.noteSaid(event)
    }
    return emitted
  }
  return {
    get seq() {
      return inner.seq
    },
    emitAll,
    emit: async <K extends EmittableKind>(draft: Draft<K>) => {
      const [emitted] = await emitAll([draft as unknown as AnyDraft])
      return emitted as unknown as Emitted<K>
    },
  }
}

/** Questions about the past are bound by the simulated time. */
function bounded(agent: Agent, simulation: Simulation): Agent {
  const { guard } = simulation
  const check = (asOf: number | undefined): void => void guard.bound(asOf, 'AS_OF', 'memory')
  return {
    ...agent,
    recall: async (question) => {
      check(question.asOf)
      return agent.recall(question)
    },
    bank: {
      ...agent.bank,
      whatWorked: async (query, options) => {
        check(query.asOf)
        return agent.bank.whatWorked(query, options)
      },
      explain: async (pattern, asOf, options) => {
        check(asOf)
        return agent.bank.explain(pattern, asOf, options)
      },
      calibration: async (of, asOf, options) => {
        check(asOf)
        return agent.bank.calibration(of, asOf, options)
      },
    },
    within: (context) => bounded(agent.within(context), simulation),
  }
}

/** The author's code runs in the trap; what it calls of the agent does not. */
function trappedSteps(steps: AgentProgram<Json>, { guard, random }: Simulation): CycleSteps<Json> {
  const trap = <Turn extends { readonly agent: Agent }, Rest extends unknown[], R>(
    step: (turn: Turn, ...rest: Rest) => R,
  ) => {
    return (turn: Turn, ...rest: Rest): R =>
      runTrapped({ guard, random }, () => step({ ...turn, agent: outside(turn.agent) }, ...rest))
  }
  const { perceive, think, act, judge, reflect } = steps
  return {
    perceive: trap(perceive),
    think: trap(think),
    ...(act === undefined ? {} : { act: trap(act) }),
    ...(judge === undefined ? {} : { judge: trap(judge) }),
    ...(reflect === undefined ? {} : { reflect: trap(reflect) }),
  }
}
