import type { AnyDraft, Emitted } from '@waggle/emit'
import { huntForecast, type Forecast } from './agents/market-hunter.ts'
import { regimeOf } from './agents/sentiment-analyzer.ts'
import { forecastTrajectory, type BarContext } from './bar-context.ts'
import { knownFeatures } from './indicators.ts'
import { situationOf } from './lessons.ts'
import { askIfNew, inMindOf, type Recollection } from './recollect.ts'
import type { SwarmState } from './swarm-state.ts'

const DAY_MS = 86_400_000

export interface Perceived {
  readonly hunter: readonly Emitted[]
  readonly sentiment: readonly Emitted[]
}

/**
 * The feed publishes the bar; hunter and sentiment observe it and warn the others. Where the situation is another than
 * before, they ask their memory for lessons of its like.
 */
export async function perceive(context: BarContext, state: SwarmState): Promise<Perceived> {
  const { emitters, symbol, bars, index, features } = context
  const { date, open, high, low, close, volume } = bars[index]!
  const hunt = huntForecast(features)
  const regime = regimeOf(features)
  const situation = situationOf(hunt, regime)
  const closed = `${symbol} closed at ${features.price} on ${date}`
  const observed = (domain: string): AnyDraft => ({
    kind: 'observation',
    domain,
    instrument: symbol,
    source: 'daily-bars',
    content: situation === '' ? closed : `${closed}: ${situation}`,
    features: knownFeatures(features),
  })
  const hunterDrafts = [observed('trend')]
  if (hunt !== undefined) hunterDrafts.push(directionSignal(symbol, hunt))
  const sentimentDrafts = [observed('volatility')]
  if (regime !== undefined && regime !== state.regime)
    sentimentDrafts.push(regimeSignal(symbol, regime))
  state.regime = regime ?? null
  const setups = { 'market-hunter': hunt?.setup, 'sentiment-analyzer': regime }
  const ask = (agent: keyof typeof setups) =>
    askIfNew(context, state, { agent, setup: setups[agent], situation })
  const [hunted, felt] = await Promise.all([ask('market-hunter'), ask('sentiment-analyzer')])
  const say = async (
    agent: keyof typeof setups,
    drafts: readonly AnyDraft[],
    recollection: Recollection | undefined,
  ): Promise<readonly Emitted[]> => {
    const trajectory = forecastTrajectory(agent, date)
    const asked = recollection === undefined ? [] : [recollection.draft]
    const all = [...drafts, ...asked].map((draft) => ({ ...draft, trajectory }))
    const said = await emitters[agent].emitAll(all)
    if (recollection === undefined) return said
    const at = { setup: setups[agent]!, since: index }
    state.inMind[agent] = inMindOf(recollection, said.at(-1)!, at)
    return said.slice(0, -1)
  }
  const bar = { kind: 'bar', instrument: symbol, interval: 'P1D' } as const
  const [, hunter, sentiment] = await Promise.all([
    emitters['market-feed'].emitAll([{ ...bar, open, high, low, close, volume }]),
    say('market-hunter', hunterDrafts, hunted),
    say('sentiment-analyzer', sentimentDrafts, felt),
  ])
  return { hunter, sentiment }
}

function directionSignal(symbol: string, hunt: Forecast): AnyDraft {
  return {
    kind: 'signal',
    domain: 'trend',
    targets: ['portfolio-optimizer', 'risk-manager'],
    severity: hunt.confidence > 0.62 ? 'MEDIUM' : 'LOW',
    confidence: hunt.confidence,
    instrument: symbol,
    strength: hunt.direction * (2 * hunt.confidence - 1),
    recommended_action: hunt.direction > 0 ? 'LONG' : 'REDUCE',
    message: hunt.reasoning,
    ttl_ms: 3 * DAY_MS,
  }
}

function regimeSignal(symbol: string, regime: string): AnyDraft {
  return {
    kind: 'signal',
    domain: 'volatility',
    targets: [],
    severity: regime === 'STRESSED' ? 'CRITICAL' : 'INFO',
    confidence: 0.7,
    instrument: symbol,
    strength: regime === 'STRESSED' ? -1 : 0.2,
    recommended_action: regime === 'STRESSED' ? 'REDUCE' : 'HOLD',
    message: `volatility regime is ${regime} now`,
    ttl_ms: 10 * DAY_MS,
  }
}
