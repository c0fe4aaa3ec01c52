import { decimalFromNumber, decimalToNumber, multiplyDecimal, type Decimal } from '@waggle/base'
import { huntForecast } from './agents/market-hunter.ts'
import { REBALANCE_BAND, targetExposure } from './agents/portfolio-optimizer.ts'
import { VOTERS, type AgentName } from './agents/roster.ts'
import { regimeOf } from './agents/sentiment-analyzer.ts'
import type { Motion } from './agents/voters.ts'
import { forecast, judge, later } from './forecast-bar.ts'
import type { BarContext } from './bar-context.ts'
import { movedText, SHARED, situationOf, tradeLesson } from './lessons.ts'
import { perceive } from './perceive-bar.ts'
import { askMemory } from './recollect.ts'
import { closeOf, positionsOf } from './swarm-bus.ts'
import type { SwarmState } from './swarm-state.ts'

const FEE_SHARE: Decimal = 100_000n // 1 basis point in 10^-9
const ONE: Decimal = 1_000_000_000n
const DAY_MS = 86_400_000
const PROPOSAL_OPEN_DAYS = 1

/** A bar whose events are all said. */
export interface TradedBar {
  /** Settles when the conductor's state is in the log: the bar is complete then. */
  readonly complete: Promise<unknown>
}

/**
 * One bar of the swarm's life, as a function of the bar and the state; the order of its events is fixed, so
 * that a repeated bar emits the same bytes under the same sequence numbers. Nobody waits for the log who need not: what
 * is said meanwhile shares a commit.
 *
 * @param before The bar before it, which is complete before this one is.
 */
export async function tradeBar(
  context: BarContext,
  state: SwarmState,
  before: Promise<unknown>,
): Promise<TradedBar> {
  await fillOrder(context, state)
  const seen = await perceive(context, state)
  const [{ judged }] = await Promise.all([judge(context, state), forecast(context, state, seen)])
  await rebalance(context, state)
  return remember(context, state, [before, judged])
}

/** Carries out yesterday's approved order at today's open, under the lock of the order book. */
async function fillOrder(
  { bus, emitters, symbol, bars, index, learned }: BarContext,
  state: SwarmState,
): Promise<void> {
  const { order, trade, exposure: from } = state
  if (order === null) return
  const executor = emitters['trade-executor']
  const resource = `order-book/${symbol}`
  const request = order.request
  const lock = { kind: 'lock_command', resource, request, trajectory: order.trajectory } as const
  const acquired = await executor.emit({
    ...lock,
    op: 'ACQUIRE',
    lease_ms: DAY_MS,
    cause: order.decision,
  })
  const token = await bus.lockToken(resource, 'trade-executor', request, [acquired.position])
  if (token === null) return
  const { open } = bars[index]!
  const quantity = orderSize(state, open, order.exposure)
  const fee = absolute(multiplyDecimal(multiplyDecimal(quantity, open), FEE_SHARE))
  state.units = String(BigInt(state.units) + quantity)
  state.cash = String(BigInt(state.cash) - multiplyDecimal(quantity, open) - fee)
  state.exposure = order.exposure
  state.order = null
  const price = decimalToNumber(open)
  const closed = trade === null ? [] : [tradeLesson(trade, { symbol, close: price, index })]
  const [filled, , lesson] = await executor.emitAll([
    {
      kind: 'fill',
      decision: order.decision,
      instrument: symbol,
      quantity,
      price: open,
      fee,
      lock_resource: resource,
      fencing_token: Number(token),
      cause: order.decision,
      trajectory: order.trajectory,
    },
    { ...lock, op: 'RELEASE', token: Number(token), cause: acquired.event.id },
    ...closed,
  ])
  if (lesson !== undefined) learned['trade-executor'] = lesson.position
  const { decision, trajectory, situation, exposure: to } = order
  const fill = filled!.event.id
  state.trade = { decision, fill, trajectory, situation, from, to, price, filledAt: index }
}

/** A change of exposure beyond the band is proposed, voted on and, if approved, decided for the next open. */
async function rebalance(context: BarContext, state: SwarmState): Promise<void> {
  const { bus, emitters, minds, symbol, bars, index, features } = context
  const hunt = huntForecast(features)
  const target = targetExposure(features, hunt)
  const equity = equityOf(state, features.price)
  state.peakEquity = Math.max(state.peakEquity, equity)
  if (target === undefined || Math.abs(target - state.exposure) < REBALANCE_BAND) return
  const { date } = bars[index]!
  const number = ++state.proposals
  const proposal = `rebalance-${number}`
  const trajectory = `trade-${number}`
  const change = `${percent(state.exposure)} to ${percent(target)} ${symbol}`
  const proposed = await emitters['portfolio-optimizer'].emit({
    kind: 'proposal',
    proposal,
    question: `Change exposure from ${change}?`,
    electorate: VOTERS.map((agent) => ({ agent, weight: minds.weights[agent] })),
    deadline_at: closeOf(date) + PROPOSAL_OPEN_DAYS * DAY_MS * 1000,
    trajectory,
  })
  const motion: Motion = {
    from: state.exposure,
    to: target,
    features,
    hunt,
    regime: regimeOf(features),
    drawdown: 1 - equity / state.peakEquity,
  }
  const votes = await Promise.all(
    VOTERS.map((agent) =>
      emitters[agent].emit({
        kind: 'vote',
        proposal,
        ...minds.ballots[agent](motion),
        cause: proposed.event.id,
        trajectory,
      }),
    ),
  )
  const status = await bus.proposalStatus(proposal, positionsOf(votes))
  if (status !== 'APPROVED') return
  const executor = emitters['trade-executor']
  const situation = movedText(situationOf(hunt, motion.regime), state.exposure, target)
  const asked = await askMemory(context, { agent: 'trade-executor', namespace: SHARED, situation })
  const recorded = await executor.emit({ ...asked.draft, cause: proposed.event.id, trajectory })
  const { event } = await executor.emit({
    kind: 'decision',
    action: 'REBALANCE',
    instrument: symbol,
    context: JSON.stringify({ date, exposure: state.exposure, target, equity }),
    inputs: [proposed, ...votes, recorded]
      .map(({ event: input }) => input.id)
      .concat(asked.memories),
    reasoning: `approved: ${change}; ${asked.note}`,
    alternatives: ['HOLD'],
    confidence: 0.6,
    price: bars[index]!.close,
    proposal,
    cause: proposed.event.id,
    trajectory,
  })
  state.order = { decision: event.id, trajectory, exposure: target, request: proposal, situation }
}

/** Every agent's own state, then, when all of that is in the log, the conductor's. */
async function remember(
  { emitters, bars, index, features }: BarContext,
  state: SwarmState,
  others: readonly Promise<unknown>[],
): Promise<TradedBar> {
  const { date } = bars[index]!
  const own: Partial<Record<AgentName, object>> = {
    'market-hunter': { date, forecast: huntForecast(features) ?? null },
    'sentiment-analyzer': { date, regime: state.regime },
    'portfolio-optimizer': { date, exposure: state.exposure, order: state.order },
    'risk-manager': { date, equity: equityOf(state, features.price), peakEquity: state.peakEquity },
    'trade-executor': { date, cash: state.cash, units: state.units },
  }
  const states = (Object.entries(own) as [AgentName, object][]).map(([agent, content]) =>
    emitters[agent].emit({
      kind: 'agent_state',
      type: 'CURRENT',
      version: index,
      state: JSON.stringify(content),
    }),
  )
  await Promise.all([...others, ...states])
  state.bar = index
  state.seqs = Object.fromEntries(Object.entries(emitters).map(([agent, { seq }]) => [agent, seq]))
  state.seqs.conductor = emitters.conductor.seq + 1
  const complete = emitters.conductor.emit({
    kind: 'agent_state',
    type: 'CHECKPOINT',
    version: index,
    state: JSON.stringify(state),
  })
  return { complete: later(complete) }
}

/** Units to buy (positive) or sell for the exposure wanted, valued at this price. */
function orderSize(state: SwarmState, price: Decimal, exposure: number): Decimal {
  const units = BigInt(state.units)
  const equity = BigInt(state.cash) + multiplyDecimal(units, price)
  const wanted = (multiplyDecimal(equity, decimalFromNumber(exposure)) * ONE) / price
  return wanted - units
}

export function equityOf(
  { cash, units }: Pick<SwarmState, 'cash' | 'units'>,
  price: number,
): number {
  return decimalToNumber(BigInt(cash)) + decimalToNumber(BigInt(units)) * price
}

function absolute(value: Decimal): Decimal {
  return value < 0n ? -value : value
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
