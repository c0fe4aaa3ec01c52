import type { Verdict } from '@waggle/event'

/**
 * Rule `skill/v1`: how much an agent's forecasts were better than knowing the base rate alone.
 *
 *   B  mean Brier score of the agent's verdicts: (probability - outcome)^2, 0 best, 1 worst (Brier 1950)
 *   r  share of CORRECT verdicts in the swarm, by Laplace's rule of succession: (correct + 1) / (all + 2)
 *   R  r (1 - r), the expected score of always saying r
 *   S  1 - B / R, the Brier skill score: 1 is perfect, 0 as good as the base rate, below 0 worse
 *   n  number of the agent's verdicts; n0 = 20 verdicts of no skill are taken for granted before them
 *
 *   weight = clamp(1 + S n / (n + n0), 0.1, 2)
 *
 * So a new agent weighs 1, luck moves little, and nobody is silenced. Verdicts count if they are CORRECT or
 * INCORRECT and scored by `brier/v1` between 0 and 1; who judges itself is not heard. All of it is a fold in
 * the order of knowing: a weight rests on nothing that was known later.
 */
export const WEIGHT_RULE = 'skill/v1'
const SCORE_RULE = 'brier/v1'
const PRIOR_VERDICTS = 20
const WEIGHT_MIN = 0.1
const WEIGHT_MAX = 2
/** A weight is said again when it differs by so much from what was last said. */
export const WEIGHT_STEP = 0.05

interface AgentRecord {
  scores: number
  verdicts: number
  /** Weight last said. */
  said: number
}

/** What is known of the agents of one swarm in one run. */
export interface WeightState {
  readonly agents: Map<string, AgentRecord>
  correct: number
  verdicts: number
}

export interface AgentWeight {
  readonly agent: string
  readonly weight: number
  /** Verdicts it rests on. */
  readonly evidence: number
}

export function emptyWeights(): WeightState {
  return { agents: new Map(), correct: 0, verdicts: 0 }
}

export function weightOf(state: WeightState, agent: string): AgentWeight {
  const { scores, verdicts } = state.agents.get(agent) ?? { scores: 0, verdicts: 0 }
  if (verdicts === 0) return { agent, weight: 1, evidence: 0 }
  const rate = (state.correct + 1) / (state.verdicts + 2)
  const skill = 1 - scores / verdicts / (rate * (1 - rate))
  const weight = 1 + (skill * verdicts) / (verdicts + PRIOR_VERDICTS)
  return { agent, weight: Math.min(WEIGHT_MAX, Math.max(WEIGHT_MIN, weight)), evidence: verdicts }
}

/**
 * Takes a verdict in place; returns the weight of the judged agent if it moved by a step. The base rate moves
 * the others' weights as well: they are said with their own next verdicts.
 */
export function weighVerdict(state: WeightState, verdict: Verdict): AgentWeight | undefined {
  if (!counts(verdict)) return undefined
  state.verdicts++
  if (verdict.label === 'CORRECT') state.correct++
  const record = state.agents.get(verdict.judged) ?? { scores: 0, verdicts: 0, said: 1 }
  state.agents.set(verdict.judged, record)
  record.scores += verdict.score
  record.verdicts++
  const now = weightOf(state, verdict.judged)
  if (Math.abs(now.weight - record.said) < WEIGHT_STEP) return undefined
  record.said = now.weight
  return now
}

function counts({ rule, label, score, agent, judged }: Verdict): boolean {
  return rule === SCORE_RULE && label !== 'NEUTRAL' && score >= 0 && score <= 1 && agent !== judged
}
