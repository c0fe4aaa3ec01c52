import type { Features } from '../indicators.ts'
import type { Forecast } from './market-hunter.ts'
import type { VoterName } from './roster.ts'
import type { Regime } from './sentiment-analyzer.ts'

export interface Ballot {
  readonly choice: 'approve' | 'reject' | 'abstain'
  readonly confidence: number
  readonly reasoning: string
}

export interface Motion {
  readonly from: number
  readonly to: number
  readonly features: Features
  readonly hunt: Forecast | undefined
  readonly regime: Regime | undefined
  /** Loss since the highest equity, 0 to 1. */
  readonly drawdown: number
}

const DRAWDOWN_MAX = 0.2
const VOLATILITY_MAX = 0.35

/** How each voter judges a change of exposure. */
export const BALLOTS: Record<VoterName, (motion: Motion) => Ballot> = {
  'market-hunter': ({ from, to, hunt }) => {
    if (hunt === undefined) return { choice: 'abstain', confidence: 0.5, reasoning: 'no view yet' }
    const agrees = to < from ? hunt.confidence < 0.62 : hunt.direction > 0
    return {
      choice: agrees ? 'approve' : 'reject',
      confidence: hunt.confidence,
      reasoning: hunt.reasoning,
    }
  },
  'sentiment-analyzer': ({ from, to, regime }) => {
    const risky = to > from && regime === 'STRESSED'
    return {
      choice: risky ? 'reject' : 'approve',
      confidence: 0.6,
      reasoning: `${regime ?? 'unknown'} regime`,
    }
  },
  'risk-manager': ({ from, to, drawdown, features }) => {
    const volatility = features.volatility20 ?? 0
    const beyond = drawdown > DRAWDOWN_MAX || volatility > VOLATILITY_MAX
    const reasoning = `drawdown ${(drawdown * 100).toFixed(1)} %, volatility ${(volatility * 100).toFixed(0)} %`
    return { choice: to > from && beyond ? 'reject' : 'approve', confidence: 0.8, reasoning }
  },
  'trade-executor': ({ from, to }) =>
    Math.abs(to - from) < 0.25
      ? { choice: 'abstain', confidence: 0.5, reasoning: 'a small trade, no view' }
      : { choice: 'approve', confidence: 0.7, reasoning: 'the book takes it at the next open' },
}
