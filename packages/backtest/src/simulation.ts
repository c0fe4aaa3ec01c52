import { seededRandom, WaggleError, type Decimal, type Micros, type Random } from '@waggle/base'
import type { EmittableEvent, AnyDraft } from '@waggle/emit'
import { BacktestContext, type Action } from './backtest-context.ts'
import { Feed, type FeedOptions, type Observation } from './feed.ts'
import { ForecastLedger } from './forecast-ledger.ts'
import { LookAheadGuard } from './guard/look-ahead-guard.ts'
import { Broker, type FillAt } from './market/broker.ts'
import { createCosts, type CostModel } from './market/costs.ts'
import { quoteOf } from './market/quote.ts'
import { RecordedPast } from './recorded-past.ts'
import { RunWriter, type RunTarget } from './run-writer.ts'
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.ts'

export interface SimulationOptions {
  readonly source: FeedOptions
  readonly target: RunTarget
  /** Name of everything that is said in this backtest; never null, for live is not touched. */
  readonly run: string
  /** Name of the agent under test. */
  readonly name: string
  /** The agent is asked from then on; what was known before is there to be read. */
  readonly from: Micros
  readonly cash: Decimal
  readonly costs: CostModel
  readonly fillAt: FillAt
  readonly seed: number
  /** End of the training data of the agent's model, where a decision does not say. */
  readonly modelCutoff?: Micros
  readonly onProgress?: (at: Micros) => void
}

export interface Failure {
  readonly at: Micros
  readonly step: string
  readonly error: string
}

export interface Step {
  readonly observation: Observation
  readonly context: BacktestContext
}

/** The world of one backtest: its clock, what is delivered, what is said, what is traded. */
export class Simulation {
  readonly clock: SimulatedClock = createSimulatedClock()
  readonly guard = new LookAheadGuard(this.clock)
  readonly random: Random
  readonly writer: RunWriter
  readonly broker: Broker
  readonly forecasts = new ForecastLedger()
  /** Cycles of a program that failed, as they do live: the next one goes on. */
  readonly failures: Failure[] = []
  delivered = 0
  steps = 0
  firstAt: Micros | undefined
  readonly #options: SimulationOptions
  readonly #feed: Feed
  readonly #past: RecordedPast
  #context: BacktestContext | undefined

  constructor(options: SimulationOptions) {
    const { source, target, run, cash, costs, fillAt, seed } = options
    this.#options = options
    this.random = seededRandom(seed)
    this.#feed = new Feed(source)
    this.#past = new RecordedPast(source)
    const { clock } = this
    this.writer = new RunWriter({ ...target, clock, swarm: source.swarm, run })
    this.broker = new Broker(cash, createCosts(costs), fillAt, (fill, { by, decision }) => {
      const { instrument, quantity, price, fee } = fill
      const draft = {
        kind: 'fill',
        decision,
        instrument,
        quantity,
        price,
        fee,
        cause: decision,
      } as const
      this.writer.say(by, draft)
    })
  }

  /** The next step that is here, or undefined: then `refill` says whether there is another. */
  take(): Step | undefined {
    for (let seen = this.#feed.take(); seen !== undefined; seen = this.#feed.take()) {
      this.#deliver(seen)
      if (seen.knownFrom < this.#options.from) continue
      this.steps++
      this.#options.onProgress?.(seen.knownFrom)
      const { guard, random, broker } = this
      const say = (action: Action): string => this.say(action).id
      const parts = { guard, random, past: this.#past, portfolio: broker.portfolio, say }
      this.#context = new BacktestContext(seen.knownFrom, parts)
      return { observation: seen, context: this.#context }
    }
    return undefined
  }

  refill(): Promise<boolean> {
    return this.#feed.refill()
  }

  /** Ends the step under way. */
  endStep(): void {
    const context = this.#context
    this.#context = undefined
    if (context !== undefined) BacktestContext.close(context)
  }

  say({ by = this.#options.name, ...draft }: Action): EmittableEvent {
    this.check(draft)
    const event = this.writer.say(by, this.#withModel(draft as AnyDraft))
    this.noteSaid(event)
    return event
  }

  /** LOOK_AHEAD for what nobody could say now. */
  check(draft: Omit<AnyDraft, 'kind'> & { readonly kind: AnyDraft['kind'] }): void {
    const { at } = this.clock
    const { run } = this.#options
    if (draft.run !== undefined && draft.run !== run)
      throw new WaggleError('INPUT_INVALID', `A backtest says nothing in other runs than ${run}`, {
        field: 'run',
        input: draft.run,
      })
    const { known_at: known, occurred_at: occurred } = draft
    if (known !== undefined && known !== at)
      this.guard.refuse('FALSE_TIME', `a ${draft.kind} claimed to be known at another time`)
    if (occurred !== undefined && occurred > at)
      this.guard.refuse('FALSE_TIME', `a ${draft.kind} claimed to have happened in the future`)
    if (draft.kind !== 'outcome' || !('decision' in draft)) return
    const horizon = this.forecasts.horizonOf(draft.decision as string)
    if (horizon !== undefined && horizon > at)
      this.guard.refuse('EARLY_OUTCOME', 'an outcome was told before its horizon')
  }

  /** Takes note of what was said: decisions become orders and forecasts, outcomes settle them. */
  noteSaid(event: EmittableEvent, by = event.agent): void {
    if (event.kind === 'outcome') return this.forecasts.settle(event)
    if (event.kind !== 'decision') return
    this.forecasts.open(event, this.clock.at)
    const { id: decision, instrument, quantity } = event
    if (instrument !== null && quantity !== null)
      this.broker.order({ decision, by, instrument, quantity })
  }

  async close(): Promise<void> {
    await this.#feed.close()
    await this.writer.flush()
  }

  #deliver(seen: Observation): void {
    this.clock.advanceTo(seen.knownFrom)
    this.#past.note(seen)
    this.delivered++
    const quote = quoteOf(seen.event, seen.knownFrom)
    if (quote === undefined) return
    this.firstAt ??= seen.knownFrom
    this.broker.onQuote(quote, seen.knownFrom >= this.#options.from)
  }

  #withModel(draft: AnyDraft): AnyDraft {
    const { modelCutoff } = this.#options
    if (draft.kind !== 'decision' || modelCutoff === undefined) return draft
    return { model_cutoff: modelCutoff, ...draft }
  }
}
