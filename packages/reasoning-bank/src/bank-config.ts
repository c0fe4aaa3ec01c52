import { derivedId } from '@waggle/event'
import { traits, type Situation } from './situation.ts'

/** How lessons are drawn. A change makes another bank: it has its own rule and says everything anew. */
export interface BankConfig {
  /** Costs of acting on a decision, there and back, in basis points; by instrument where they differ. */
  readonly costBps: number
  readonly costBpsByInstrument: Readonly<Record<string, number>>
  /**
   * Returns beyond count as this much, up and down: every claim about a mean is about returns cut like that. Choose
   * it beyond what a lesson can lose.
   */
  readonly returnBound: number
  /** Of all patterns ever promoted, the share that may be false on average. */
  readonly falseDiscoveryRate: number
  /** Intervals miss the truth at any time with this probability. */
  readonly error: number
  /** A pattern becomes a hypothesis when the t-value of its newest lessons reaches this. */
  readonly screen: { readonly least: number; readonly most: number; readonly t: number }
  /**
   * After a lesson of a pattern this many of its durations pass before the next: returns that hang together in time
   * would let luck be counted twice.
   */
  readonly rest: number
  /** Evidence below which a hypothesis is given up; new lessons may make it one again. */
  readonly futility: number
  /** Lessons to a false demotion, on average, while the mean return is at least this share of what was tested. */
  readonly drift: { readonly runLength: number; readonly share: number }
  /** Inputs older than this at the decision are forgotten, and all but the newest: at least so many, by swarm and run. */
  readonly inputs: { readonly keptMs: number; readonly most: number }
  /**
   * What a trial counts as whose outcome is overdue: a horizon late, an hour at least. `worst` is a loss of the whole
   * bound, so that keeping losses quiet does not pay; `ignored` trusts that outcomes get lost by chance.
   */
  readonly missing: 'worst' | 'ignored'
  /** Whose outcomes count: everyone's, those of others than the decider, or those of these agents. */
  readonly reporters: 'anyone' | 'others' | readonly string[]
  readonly situation: Situation
  /** Names a situation function other than the default: it is part of the rule. */
  readonly situationName: string
}

export const DEFAULT_BANK: BankConfig = {
  costBps: 10,
  costBpsByInstrument: {},
  returnBound: 0.1,
  falseDiscoveryRate: 0.1,
  error: 0.05,
  screen: { least: 10, most: 30, t: 1 },
  rest: 1,
  futility: 0.05,
  drift: { runLength: 1000, share: 0.5 },
  inputs: { keptMs: 7 * 86_400_000, most: 100_000 },
  missing: 'worst',
  reporters: 'anyone',
  situation: traits,
  situationName: 'traits/v1',
}

/** Name of the rule; two configurations never share one. Functions count by their name in the configuration. */
export function ruleOf(config: BankConfig): string {
  const text = JSON.stringify(config)
  return text === JSON.stringify(DEFAULT_BANK)
    ? 'reasoning-bank/v1'
    : `reasoning-bank/v1/${derivedId(text).slice(0, 8)}`
}
