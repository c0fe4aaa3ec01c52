import type { AnyDraft, Emitted } from '@waggle/emit'
import { huntForecast, type Forecast } from './agents/market-hunter.ts'
import type { AgentName } from './agents/roster.ts'
import { regimeOf, sentimentForecast } from './agents/sentiment-analyzer.ts'
import { forecastTrajectory, type BarContext } from './bar-context.ts'
import { knownFeatures } from './indicators.ts'
import { forecastLesson, regimeFact, situationOf } from './lessons.ts'
import type { Perceived } from './perceive-bar.ts'
import { closeOf } from './swarm-bus.ts'
import type { InMind, OpenForecast, SwarmState } from './swarm-state.ts'

const DAY_MICROS = 86_400_000_000
/** Trading days are five of seven. */
const CALENDAR_DAYS = 1.4

export interface Judged {
  /** Settles when the verdicts, and the lessons of those they are about, are in the log. */
  readonly judged: Promise<unknown>
}

/** Outcomes of the forecasts whose horizon ends at this bar, then the verdicts on them, which are said when this returns. */
export async function judge(context: BarContext, state: SwarmState): Promise<Judged> {
  const { emitters, bars, index } = context
  const due = state.open.filter(({ dueAt }) => dueAt <= index)
  if (due.length === 0) return { judged: Promise.resolve() }
  state.open = state.open.filter(({ dueAt }) => dueAt > index)
  const results = due.map((open) => ({ open, value: bars[index]!.price / open.from - 1 }))
  const judgeEmitter = emitters['risk-manager']
  const outcomes = await judgeEmitter.emitAll(
    results.map(({ open, value }): AnyDraft => ({
      kind: 'outcome',
      decision: open.decision,
      value,
      success: isRight(open, value),
      details: 'return from close to close over the horizon',
      cause: open.decision,
      trajectory: open.trajectory,
    })),
  )
  const judging = judgeEmitter.emitAll(
    results.map(({ open, value }, position): AnyDraft => {
      const right = isRight(open, value)
      const outcome = outcomes[position]!.event.id
      return {
        kind: 'verdict',
        decision: open.decision,
        outcome,
        judged: open.agent,
        label: right ? 'CORRECT' : 'INCORRECT',
        score: (open.confidence - (right ? 1 : 0)) ** 2,
        rule: 'brier/v1',
        cause: outcome,
        trajectory: open.trajectory,
      }
    }),
  )
  const lessons = results.flatMap(({ open, value }, position) =>
    open.lesson === null
      ? []
      : [learn(context, open, open.lesson, { value, outcome: outcomes[position]!.event.id })],
  )
  return { judged: later(Promise.all([judging, ...lessons])) }
}

/** Somebody waits for it, but not yet: a failure until then is not one that nobody hears of. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** Who forecast it keeps what came of it. */
async function learn(
  { emitters, symbol, learned }: BarContext,
  open: OpenForecast,
  first: NonNullable<OpenForecast['lesson']>,
  came: { readonly value: number; readonly outcome: string },
): Promise<void> {
  const lesson = forecastLesson(open, first, { ...came, symbol })
  learned[open.agent] = (await emitters[open.agent].emit(lesson)).position
}

function isRight({ direction }: OpenForecast, value: number): boolean {
  return Math.sign(value) === direction
}

/** Hunter and sentiment decide what they expect, with the probability they will be held to. */
export async function forecast(
  context: BarContext,
  state: SwarmState,
  seen: Perceived,
): Promise<void> {
  const { features } = context
  const plans = [
    { agent: 'market-hunter', forecast: huntForecast(features), inputs: seen.hunter },
    { agent: 'sentiment-analyzer', forecast: sentimentForecast(features), inputs: seen.sentiment },
  ] as const
  const decided = await Promise.all(
    plans.map(async ({ agent, forecast: expected, inputs }) =>
      expected === undefined
        ? undefined
        : decideForecast(context, agent, expected, { inputs, mind: state.inMind[agent] }),
    ),
  )
  for (const open of decided) if (open !== undefined) state.open.push(open)
}

async function decideForecast(
  { emitters, symbol, bars, index, features }: BarContext,
  agent: AgentName,
  expected: Forecast,
  { inputs, mind }: { readonly inputs: readonly Emitted[]; readonly mind: InMind | undefined },
): Promise<OpenForecast> {
  const { date } = bars[index]!
  const trajectory = forecastTrajectory(agent, date)
  const { direction, confidence, horizonDays } = expected
  const seen = inputs.map(({ event: input }) => input.id)
  const isFirst = mind?.since === index
  const regime = regimeOf(features)
  const states = agent === 'sentiment-analyzer' && isFirst && regime !== undefined
  const facts = states ? [regimeFact(symbol, regime, closeOf(date), seen)] : []
  const decision: AnyDraft = {
    kind: 'decision',
    action: direction > 0 ? 'EXPECT_UP' : 'EXPECT_DOWN',
    instrument: symbol,
    context: JSON.stringify(knownFeatures(features)),
    inputs: [...seen, ...(mind?.inputs ?? [])],
    reasoning: mind === undefined ? expected.reasoning : `${expected.reasoning}; ${mind.note}`,
    alternatives: [direction > 0 ? 'EXPECT_DOWN' : 'EXPECT_UP'],
    confidence,
    predicted_outcome: `${symbol} ${direction > 0 ? 'higher' : 'lower'} after ${horizonDays} trading days`,
    predicted_value: expected.expected,
    horizon_at: closeOf(date) + horizonDays * CALENDAR_DAYS * DAY_MICROS,
    cause: inputs[0]!.event.id,
    trajectory,
  }
  const said = await emitters[agent].emitAll([...facts, decision])
  const situation = situationOf(huntForecast(features), regime)
  return {
    decision: said.at(-1)!.event.id,
    agent,
    trajectory,
    direction,
    confidence,
    from: features.price,
    dueAt: index + horizonDays,
    lesson: isFirst ? { situation, days: horizonDays } : null,
  }
}
