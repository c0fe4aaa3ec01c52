import { isWaggleError, type Micros, type WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { tickPartitions, type AnyDraft } from '@waggle/emit'
import { topicOf, type Kind } from '@waggle/event'
import { COORDINATOR } from '@waggle/view-coordination'
import { createCarrier, type CarrySource } from './carry.ts'
import { lineageOf } from './find-lineage.ts'
import { StepNames } from './names.ts'
import { forkSession, type ForkBus } from './open-fork.ts'
import { isStep, stepsBehind, type RunSteps, type Step } from './own-steps.ts'
import { differingFields, plainStep } from './plain-step.ts'

/** An agent as a function: what it says to an event. It may ask the fork's views. */
export type ForkAgent = (
  heard: KnownEvent,
  fork: ForkBus,
) => readonly AnyDraft[] | Promise<readonly AnyDraft[]>

export interface ReplayForkOptions extends CarrySource {
  /** Agents that think again; what they said in the parent is not taken over. The others say what they said. */
  readonly agents?: Readonly<Record<string, ForkAgent>>
  /** Last time to replay; everything the parent has if left out. */
  readonly until?: Micros
  /** Told the steps of the parent that have been dealt with, of all up to `until`. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ReplayedFork {
  /** Steps taken over, and steps that agents said anew. */
  readonly carried: number
  readonly said: number
  /**
   * Steps of agents without a function that rested on what is no more, or is another now. What they would have
   * said nobody knows: they are left out.
   */
  readonly stale: readonly KnownEvent[]
  /** SUBJECT_ERASED or SEAL_INVALID, with the position, for each step that could not be taken over. */
  readonly erased: readonly WaggleError[]
}

interface Saying {
  readonly at: Micros
  readonly agent: string
  readonly name: string
  readonly draft: AnyDraft
}

/**
 * Replays what the parent did behind the fork point, in known order and on the simulated clock, under the fork's run.
 * The market and agents without a function say again what they said; agents with one hear everything
 * and answer anew, each answer as late as in the parent where it gave one there. Results are the fork's coordinator's.
 */
export async function replayFork(bus: ForkBus, options: ReplayForkOptions): Promise<ReplayedFork> {
  const { swarm, parent, cut } = bus
  const before = await stepsBehind(options, await lineageOf(options, swarm, parent), cut)
  await bus.caughtUp(CATCH_UP_MS)
  const replay = new ForkReplay(bus, options, before)
  const { until = Infinity, onProgress } = options
  const beyond = before.timeline.findIndex(({ known }) => known.knownFrom > until)
  const timeline = beyond < 0 ? before.timeline : before.timeline.slice(0, beyond)
  const total = timeline.filter(isStep).length
  let done = 0
  for (const step of timeline) {
    const { knownFrom, position } = step.known
    await replay.sayBefore(knownFrom, position.topic)
    if (isStep(step)) {
      await replay.take(step)
      onProgress?.(++done, total)
    } else await replay.tick(step.known)
  }
  return replay.end(until)
}

const CATCH_UP_MS = 600_000

class ForkReplay {
  readonly #bus: ForkBus
  readonly #agents: Readonly<Record<string, ForkAgent>>
  readonly #before: RunSteps
  readonly #carrier: ReturnType<typeof createCarrier>
  readonly #names: StepNames
  readonly #emitters = new Map<string, ReturnType<ForkBus['emitter']>>()
  readonly #saidByName = new Map<string, KnownEvent>()
  /** Of the parent's events: those that are not in the fork as they were. */
  readonly #changed = new Set<string>()
  readonly #stale: KnownEvent[] = []
  readonly #erased: WaggleError[] = []
  #pending: Saying[] = []
  #now: Micros = 0
  #said = 0

  constructor(bus: ForkBus, options: ReplayForkOptions, before: RunSteps) {
    this.#bus = bus
    this.#agents = options.agents ?? {}
    this.#before = before
    const carrier = createCarrier(bus, options)
    this.#carrier = carrier
    this.#names = new StepNames((id) => before.nameById.get(carrier.parentOf(id)))
  }

  /** Takes over a step of the parent, or finds out what has become of it. */
  async take({ name, known }: Step): Promise<void> {
    const { event } = known
    if (isResult(known)) return
    if (event.agent in this.#agents) return this.#match(name, known)
    this.#names.next(event)
    if (this.#restsOnChanged(known)) {
      this.#changed.add(event.id)
      this.#stale.push(known)
      return
    }
    try {
      const carried = await this.#carrier.carry(known, Object.keys(this.#agents).length === 0)
      if (carried.changed) this.#changed.add(event.id)
      if (carried.known !== undefined) await this.#hear(carried.known)
    } catch (error) {
      if (!isWaggleError(error, 'SUBJECT_ERASED') && !isWaggleError(error, 'SEAL_INVALID'))
        throw error
      this.#changed.add(event.id)
      this.#erased.push(error)
    }
  }

  /** Time goes on in the fork where it did in the parent, so what ended by that ends in the fork. */
  async tick({ event, position }: KnownEvent): Promise<void> {
    const { log, codec, swarm, run } = this.#bus
    const { topic, partition } = position
    await this.#carrier.flush()
    await tickPartitions({
      log,
      codec,
      swarm,
      run,
      at: event.known_at,
      partitions: [{ topic, partition }],
      session: forkSession(run, event.session),
      seq: event.seq,
    })
  }

  /** Says what is due before a time, or at it in an earlier topic. */
  async sayBefore(at: Micros, topic: string): Promise<void> {
    for (;;) {
      const next = this.#pending[0]
      if (next === undefined || next.at > at) return
      if (next.at === at && topicOfDraft(next.draft) > topic) return
      this.#pending.shift()
      await this.#say(next)
    }
  }

  async end(until: Micros): Promise<ReplayedFork> {
    await this.sayBefore(until, LAST_TOPIC)
    await this.#carrier.flush()
    await this.#bus.caughtUp(CATCH_UP_MS)
    const { carried } = this.#carrier
    return { carried, said: this.#said, stale: this.#stale, erased: this.#erased }
  }

  /** What an agent with a function said in the parent, against what it said now. */
  #match(name: string, { event }: KnownEvent): void {
    const now = this.#saidByName.get(name)
    if (now === undefined) return void this.#changed.add(event.id)
    this.#carrier.replace(event.id, now)
    const compare = { topics: this.#bus.log.topics, clocks: false }
    const a = plainStep({ ...compare, steps: this.#before }, event)
    const b = plainStep({ ...compare, steps: this.#carrier.named(this.#before) }, now.event)
    if (differingFields(a, b).length > 0) this.#changed.add(event.id)
  }

  #restsOnChanged({ event }: KnownEvent): boolean {
    const inputs = event.kind === 'decision' ? event.inputs : []
    return [event.cause, ...inputs].some((id) => id !== null && this.#changed.has(id))
  }

  async #hear(known: KnownEvent): Promise<void> {
    for (const [agent, think] of Object.entries(this.#agents)) {
      if (known.event.agent === agent) continue
      for (const draft of await think(known, this.#bus)) this.#schedule(agent, known, draft)
    }
  }

  #schedule(agent: string, { event, knownFrom }: KnownEvent, draft: AnyDraft): void {
    const named = { trajectory: null, ...draft, agent }
    const name = this.#names.next(named as never)
    const then = this.#before.byName.get(name)?.known.knownFrom ?? 0
    const at = then > knownFrom ? then : knownFrom + 1
    const saying = { at, agent, name, draft: { cause: event.id, ...draft } }
    const index = this.#pending.findLastIndex((one) => one.at <= at)
    this.#pending.splice(index + 1, 0, saying)
  }

  async #say({ at, agent, name, draft }: Saying): Promise<void> {
    this.#now = at
    const clock = { now: () => this.#now, sleep: async () => {} }
    const emitter =
      this.#emitters.get(agent) ?? this.#bus.emitter({ agent, session: `replay/${agent}`, clock })
    this.#emitters.set(agent, emitter)
    const { event, position } = (
      await emitter.emitAll([{ occurred_at: at, known_at: at, ...draft }])
    )[0]!
    const known = { event, position, knownFrom: at, late: false }
    this.#said++
    this.#saidByName.set(name, known)
    if (position.offset >= 0n) await this.#hear(known)
  }
}

/** Behind all topics. */
const LAST_TOPIC = '\uffff'

function topicOfDraft({ kind }: AnyDraft): string {
  return topicOf(kind)
}

const RESULTS: ReadonlySet<Kind> = new Set([
  'escalation',
  'lock_result',
  'memory_result',
  'proposal_result',
])

function isResult({ event }: KnownEvent): boolean {
  return event.agent === COORDINATOR && RESULTS.has(event.kind)
}
