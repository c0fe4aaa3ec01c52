import { messageOf, type Micros } from '@waggle/base'
import type { Emitted } from '@waggle/emit'
import { invokeAgentSpan } from '@waggle/telemetry'
import type { Agent } from './agent.ts'
import type { Json } from './checkpoints.ts'
import type { DecisionDraft, OutcomeDraft } from './decisions.ts'
import type { ExperienceDraft } from './memories.ts'
import { recollect, type Recollection, type RecollectOptions } from './recollect.ts'

/** A decision whose outcome has not been told yet. */
export interface PendingDecision {
  readonly decision: string
  readonly trajectory: string
  readonly horizonAt: Micros | null
}

/** What goes on from one cycle to the next; plain JSON, so that a checkpoint holds it. */
export interface Carry<S extends Json> {
  readonly cycles: number
  readonly pending: readonly PendingDecision[]
  readonly state: S
}

export interface Turn<S extends Json> {
  /** The agent in this cycle's line of thought: what it says is the cause of what it says next. */
  readonly agent: Agent
  readonly state: S
  readonly signal: AbortSignal
}

export interface Perception {
  readonly observations: readonly Parameters<Agent['observe']>[0][]
  /** What memory is asked for; by what was observed if left out. */
  readonly recall?: RecollectOptions
}

/** What an agent thinks with: what it saw now, and what it knows of such situations. */
export interface Situation<S extends Json> extends Turn<S>, Recollection {
  readonly observations: readonly Emitted<'observation'>[]
}

export interface Thought<S extends Json> {
  /** Nothing is decided where it is left out. */
  readonly decision?: DecisionDraft
  readonly state?: S
  readonly remember?: readonly ExperienceDraft[]
}

export interface Settled {
  readonly decision: PendingDecision
  readonly outcome: Emitted<'outcome'>
}

type Maybe<T> = T | undefined | Promise<T | undefined>

/** The parts of a perception-cognition-action loop; `think` may be a pure function or ask a model. */
export interface CycleSteps<S extends Json> {
  /** What there is to see; undefined where nothing is new. */
  perceive(turn: Turn<S>): Maybe<Perception>
  think(situation: Situation<S>): Maybe<Thought<S>>
  /** Carries the decision out. */
  act?(turn: Turn<S>, decision: Emitted<'decision'>): unknown
  /** What came of an earlier decision; undefined while that is not known. Asked from its horizon on. */
  judge?(turn: Turn<S>, pending: PendingDecision): Maybe<OutcomeDraft>
  /** What is learned from an outcome; it is remembered with decision and outcome as its evidence. */
  reflect?(turn: Turn<S>, settled: Settled): Maybe<ExperienceDraft>
}

export type CycleStep = 'judge' | 'reflect' | 'perceive' | 'recall' | 'think' | 'act'

export interface CycleResult<S extends Json> {
  readonly status: 'DECIDED' | 'IDLE' | 'FAILED'
  readonly decision?: Emitted<'decision'>
  readonly outcomes: readonly Emitted<'outcome'>[]
  /** Where it failed, and with what. */
  readonly failure?: { readonly step: CycleStep; readonly error: unknown }
  /** What the next cycle starts with, also after a failure. */
  readonly carry: Carry<S>
}

export interface CycleOptions {
  readonly signal?: AbortSignal
}

/** What the first cycle begins with: no cycles, nothing pending. */
export function firstCarry<S extends Json>(state: S): Carry<S> {
  return { cycles: 0, pending: [], state }
}

/**
 * One cycle: outcomes of earlier decisions first, then perception, memory, thought, decision, action. Whatever a
 * step throws becomes a FAILED result and an experience of type `incident`; what was decided before stays.
 */
export function runCycle<S extends Json>(
  agent: Agent,
  steps: CycleSteps<S>,
  carry: Carry<S>,
  { signal = new AbortController().signal }: CycleOptions = {},
): Promise<CycleResult<S>> {
  const trajectory = agent.context.trajectory ?? `${agent.session}/${carry.cycles + 1}`
  return invokeAgentSpan({ name: agent.name, trajectory }, () =>
    cycleOf(agent, steps, carry, { signal, trajectory }),
  )
}

async function cycleOf<S extends Json>(
  agent: Agent,
  steps: CycleSteps<S>,
  carry: Carry<S>,
  { signal, trajectory }: { readonly signal: AbortSignal; readonly trajectory: string },
): Promise<CycleResult<S>> {
  const own = agent.within({ trajectory, cause: null, follows: true })
  const cycle = new Cycle(own, steps, carry, signal)
  try {
    await cycle.settle()
    await cycle.decide()
  } catch (error) {
    cycle.failure = { step: cycle.step, error }
    // The log may be what failed: the result tells of it in any case.
    await own
      .remember({
        type: 'incident',
        content: JSON.stringify({ step: cycle.step, error: messageOf(error) }).slice(0, 4096),
        tags: ['incident', cycle.step],
      })
      .catch(() => {})
  }
  return cycle.result()
}

class Cycle<S extends Json> {
  readonly #agent: Agent
  readonly #steps: CycleSteps<S>
  readonly #carry: Carry<S>
  readonly #signal: AbortSignal
  readonly #outcomes: Emitted<'outcome'>[] = []
  #pending: PendingDecision[]
  #state: S
  #decision: Emitted<'decision'> | undefined
  step: CycleStep = 'judge'
  failure: CycleResult<S>['failure'] | undefined

  constructor(agent: Agent, steps: CycleSteps<S>, carry: Carry<S>, signal: AbortSignal) {
    this.#agent = agent
    this.#steps = steps
    this.#carry = carry
    this.#signal = signal
    this.#pending = [...carry.pending]
    this.#state = carry.state
  }

  async settle(): Promise<void> {
    const { judge, reflect } = this.#steps
    if (judge === undefined) return
    const now = this.#agent.clock.now()
    for (const pending of this.#carry.pending) {
      if (pending.horizonAt !== null && pending.horizonAt > now) continue
      this.step = 'judge'
      // What is said of an earlier decision belongs to its line of thought.
      const { decision, trajectory } = pending
      const then = this.#agent.within({ trajectory, cause: decision, follows: true })
      const turn = { ...this.#turn(), agent: then }
      const draft = await judge(turn, pending)
      if (draft === undefined) continue
      const outcome = await then.outcome(decision, draft)
      this.#outcomes.push(outcome)
      this.#pending = this.#pending.filter((other) => other !== pending)
      this.step = 'reflect'
      const lesson = await reflect?.(turn, { decision: pending, outcome })
      if (lesson === undefined) continue
      const evidence = [decision, outcome.event.id, ...(lesson.evidence ?? [])]
      await then.remember({ ...lesson, evidence })
    }
  }

  async decide(): Promise<void> {
    const agent = this.#agent
    this.step = 'perceive'
    const perception = await this.#steps.perceive(this.#turn())
    if (perception === undefined) return
    const observations: Emitted<'observation'>[] = []
    for (const draft of perception.observations) observations.push(await agent.observe(draft))
    this.step = 'recall'
    const recalled = await recollect(agent, observations, perception.recall)
    this.step = 'think'
    const thought = await this.#steps.think({ ...this.#turn(), observations, ...recalled })
    if (thought?.state !== undefined) this.#state = thought.state
    for (const draft of thought?.remember ?? []) await agent.remember(draft)
    if (thought?.decision === undefined) return
    const { inputs = [], ...draft } = thought.decision
    const decision = await agent.decide({ ...draft, inputs: [...observations, ...inputs] })
    this.#decision = decision
    const { id, trajectory, horizon_at: horizonAt } = decision.event
    this.#pending.push({ decision: id, trajectory: trajectory!, horizonAt })
    this.step = 'act'
    await this.#steps.act?.(this.#turn(), decision)
  }

  result(): CycleResult<S> {
    const decision = this.#decision
    const { failure } = this
    return {
      status: failure !== undefined ? 'FAILED' : decision === undefined ? 'IDLE' : 'DECIDED',
      outcomes: this.#outcomes,
      ...(decision === undefined ? {} : { decision }),
      ...(failure === undefined ? {} : { failure }),
      carry: { cycles: this.#carry.cycles + 1, pending: this.#pending, state: this.#state },
    }
  }

  #turn(): Turn<S> {
    return { agent: this.#agent, state: this.#state, signal: this.#signal }
  }
}
