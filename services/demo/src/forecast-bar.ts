import type { AnyDraft, Emitted } from '@waggle/emit'
import { huntForecast, type Forecast } from './agents/market-hunter.ts'
import type { AgentName } from './agents/roster.ts'
import { sentimentForecast } from './agents/sentiment-analyzer.ts'
import { forecastTrajectory, type BarContext } from './bar-context.ts'
import { knownFeatures } from './indicators.ts'
import { closeOf } from './swarm-bus.ts'
import type { OpenForecast, SwarmState } from './swarm-state.ts'

const DAY_MICROS = 86_400_000_000
/** Trading days are five of seven. */
const CALENDAR_DAYS = 1.4

/** Outcomes of the forecasts whose horizon ends at this bar, then the verdicts on them. */
export async function judge(
  { emitters, bars, index }: BarContext,
  state: SwarmState,
): Promise<void> {
  const due = state.open.filter(({ dueAt }) => dueAt <= index)
  if (due.length === 0) return
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
  await judgeEmitter.emitAll(
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
}

function isRight({ direction }: OpenForecast, value: number): boolean {
  return Math.sign(value) === direction
}

/** Hunter and sentiment decide what they expect, with the probability they will be held to. */
export async function forecast(
  context: BarContext,
  state: SwarmState,
  seen: { hunter: Emitted[]; sentiment: Emitted[] },
): Promise<void> {
  const { features } = context
  const plans = [
    { agent: 'market-hunter', forecast: huntForecast(features), inputs: seen.hunter },
    { agent: 'sentiment-analyzer', forecast: sentimentForecast(features), inputs: seen.sentiment },
  ] as const
  const decided = await Promise.all(
    plans.map(async ({ agent, forecast: expected, inputs }) =>
      expected === undefined ? undefined : decideForecast(context, agent, expected, inputs),
    ),
  )
  for (const open of decided) if (open !== undefined) state.open.push(open)
}

async function decideForecast(
  { emitters, symbol, bars, index, features }: BarContext,
  agent: AgentName,
  expected: Forecast,
  inputs: readonly Emitted[],
): Promise<OpenForecast> {
  const { date } = bars[index]!
  const trajectory = forecastTrajectory(agent, date)
  const { direction, confidence, horizonDays } = expected
  const { event } = await emitters[agent].emit({
    kind: 'decision',
    action: direction > 0 ? 'EXPECT_UP' : 'EXPECT_DOWN',
    instrument: symbol,
    context: JSON.stringify(knownFeatures(features)),
    inputs: inputs.map(({ event: input }) => input.id),
    reasoning: expected.reasoning,
    alternatives: [direction > 0 ? 'EXPECT_DOWN' : 'EXPECT_UP'],
    confidence,
    predicted_outcome: `${symbol} ${direction > 0 ? 'higher' : 'lower'} after ${horizonDays} trading days`,
    predicted_value: expected.expected,
    horizon_at: closeOf(date) + horizonDays * CALENDAR_DAYS * DAY_MICROS,
    cause: inputs[0]!.event.id,
    trajectory,
  })
  return {
    decision: event.id,
    agent,
    trajectory,
    direction,
    confidence,
    from: features.price,
    dueAt: index + horizonDays,
  }
}
