import type { Action, AgentFunction, BacktestContext } from '@waggle/backtest'
import { decimalToNumber } from '@waggle/base'
import type { Bar } from '@waggle/event'
import { huntForecast, type Forecast } from '../../services/demo/src/agents/market-hunter.ts'
import {
  REBALANCE_BAND,
  targetExposure,
} from '../../services/demo/src/agents/portfolio-optimizer.ts'
import { AGENTS, VOTERS } from '../../services/demo/src/agents/roster.ts'
import { regimeOf, sentimentForecast } from '../../services/demo/src/agents/sentiment-analyzer.ts'
import { BALLOTS } from '../../services/demo/src/agents/voters.ts'
import { Indicators, knownFeatures, type Features } from '../../services/demo/src/indicators.ts'

const DAY = 86_400_000_000
const STATEFUL = [
  'market-hunter',
  'sentiment-analyzer',
  'portfolio-optimizer',
  'risk-manager',
  'trade-executor',
  'conductor',
]

interface Open {
  readonly decision: string
  readonly by: string
  readonly confidence: number
  readonly direction: number
  readonly from: number
  readonly dueAt: number
}

/**
 * The demo's agents as they say things on a bar: observations, signals, forecasts, outcomes and verdicts, proposals with
 * their votes, the trade, and everyone's state.
 */
export function demoSwarm(): AgentFunction {
  const indicators = new Indicators()
  const open: Open[] = []
  let exposure = 0
  let proposals = 0
  return ({ event }, context) => {
    if (event.kind !== 'bar') return
    const features = indicators.next(dailyBar(event))
    const seen = observe(event, features, context)
    judge(open, features.price, context)
    for (const [by, forecast] of [
      ['market-hunter', huntForecast(features)],
      ['sentiment-analyzer', sentimentForecast(features)],
    ] as const)
      if (forecast !== undefined) open.push(decide(by, forecast, features, seen, context))
    const target = targetExposure(features, huntForecast(features))
    if (target !== undefined && Math.abs(target - exposure) >= REBALANCE_BAND) {
      vote(`rebalance-${++proposals}`, exposure, target, features, context)
      exposure = target
    }
    const state = JSON.stringify({ features: knownFeatures(features), exposure })
    for (const by of STATEFUL)
      context.say({ kind: 'agent_state', type: 'CURRENT', version: proposals, state, by })
  }
}

function observe({ instrument }: Bar, features: Features, context: BacktestContext): string[] {
  const [content, known] = [`${instrument} closed at ${features.price}`, knownFeatures(features)]
  const observation = (by: string, domain: string): Action => {
    const source = 'daily-bars'
    return { kind: 'observation', domain, instrument, source, content, features: known, by }
  }
  const seen = [
    context.say(observation('market-hunter', 'trend')),
    context.say(observation('sentiment-analyzer', 'volatility')),
  ]
  const hunt = huntForecast(features)
  if (hunt !== undefined)
    context.say({
      kind: 'signal',
      domain: 'trend',
      targets: ['portfolio-optimizer', 'risk-manager'],
      severity: 'LOW',
      confidence: hunt.confidence,
      instrument,
      strength: hunt.direction * (2 * hunt.confidence - 1),
      recommended_action: hunt.direction > 0 ? 'LONG' : 'REDUCE',
      message: hunt.reasoning,
      ttl_ms: 3 * 86_400_000,
      by: 'market-hunter',
    })
  return seen
}

function judge(open: Open[], price: number, context: BacktestContext): void {
  while (open[0] !== undefined && open[0].dueAt <= context.now) {
    const { decision, by, direction, from, confidence } = open.shift()!
    const value = price / from - 1
    const success = Math.sign(value) === direction
    const judged = { decision, by: 'risk-manager', cause: decision }
    const outcome = context.say({
      kind: 'outcome',
      value,
      success,
      details: 'close to close',
      ...judged,
    })
    context.say({
      kind: 'verdict',
      outcome,
      judged: by,
      label: success ? 'CORRECT' : 'INCORRECT',
      score: (confidence - Number(success)) ** 2,
      rule: 'brier/v1',
      ...judged,
    })
  }
}

function decide(
  by: string,
  { direction, confidence, expected, reasoning, horizonDays }: Forecast,
  features: Features,
  inputs: readonly string[],
  context: BacktestContext,
): Open {
  // The queue of open forecasts is in the order of their horizons.
  const dueAt = context.now + 7 * DAY
  const decision = context.say({
    kind: 'decision',
    action: direction > 0 ? 'EXPECT_UP' : 'EXPECT_DOWN',
    instrument: 'SPX',
    context: JSON.stringify(knownFeatures(features)),
    inputs: [...inputs],
    reasoning,
    alternatives: [direction > 0 ? 'EXPECT_DOWN' : 'EXPECT_UP'],
    confidence,
    predicted_outcome: `SPX ${direction > 0 ? 'higher' : 'lower'} after ${horizonDays} days`,
    predicted_value: expected,
    horizon_at: dueAt,
    by,
  })
  return { decision, by, confidence, direction, from: features.price, dueAt }
}

function vote(
  proposal: string,
  from: number,
  to: number,
  features: Features,
  context: BacktestContext,
): void {
  const cause = context.say({
    kind: 'proposal',
    proposal,
    question: `Change exposure from ${from} to ${to}?`,
    electorate: VOTERS.map((agent) => ({ agent, weight: AGENTS[agent].weight })),
    deadline_at: context.now + DAY,
    by: 'portfolio-optimizer',
  })
  const hunt = huntForecast(features)
  const motion = { from, to, features, hunt, regime: regimeOf(features), drawdown: 0 }
  for (const by of VOTERS)
    context.say({ kind: 'vote', proposal, ...BALLOTS[by](motion), cause, by })
  context.say({
    kind: 'decision',
    action: 'REBALANCE',
    instrument: 'SPX',
    quantity: context.quantityFor('SPX', to),
    context: '',
    inputs: [cause],
    reasoning: 'approved',
    confidence: 0.6,
    proposal,
    by: 'trade-executor',
  })
}

function dailyBar({ open, high, low, close, volume, known_at }: Bar) {
  const date = String(known_at)
  return { date, open, high, low, close, volume, price: decimalToNumber(close) }
}
