import type { Micros } from '@waggle/base'
import type { Input, Trial } from './trajectory.ts'
import { bucketOf, learnValue, newQuantiles, type Quantiles } from './quantiles.ts'

/** State of the world as it is asked about. */
export interface State {
  readonly domain: string
  readonly instrument: string | null
  readonly features: Readonly<Record<string, number>>
  /** Sum of the strengths of signals by their domain. */
  readonly signals: Readonly<Record<string, number>>
}

/**
 * Names of the situations a state is in, coarse enough to come again: a pattern is made for each. `at` is the
 * time of the state. A pure function of the state and of the quantiles of earlier states.
 */
export type Situation = (state: State, past: PastValues, at: Micros) => readonly string[]

/** Where a value lies among all earlier ones of its name: low, mid or high third; undefined before 30. */
export type PastValues = (feature: string, value: number) => string | undefined

/** Everything that has been seen of features, by domain. */
export type Experience = Map<string, Map<string, Quantiles>>

const FEATURES_MOST = 16

/**
 * `any`, the instrument, each feature by thirds, and each domain's signals by sign. Situations are single traits, not
 * combinations: few lessons then say something, and what is false among many is the test's business.
 */
export const traits: Situation = ({ instrument, features, signals }, past) => [
  'any',
  ...(instrument === null ? [] : [`instrument=${instrument}`]),
  ...Object.keys(features)
    .sort()
    .slice(0, FEATURES_MOST)
    .flatMap((name) => {
      const bucket = past(name, features[name]!)
      return bucket === undefined ? [] : [`${name}=${bucket}`]
    }),
  ...Object.keys(signals)
    .sort()
    .slice(0, FEATURES_MOST)
    .map(
      (domain) => `signal:${domain}=${['down', 'none', 'up'][Math.sign(signals[domain]!) + 1]!}`,
    ),
]

/** The state a trial was made in, by the inputs that count. Its domain is that of the first one. */
export function stateOf(trial: Trial, counts: (input: Input) => boolean): State {
  const inputs = trial.inputs.filter(counts)
  const features: Record<string, number> = {}
  const signals: Record<string, number> = {}
  for (const input of inputs) {
    if (input.signal) {
      signals[input.domain] = (signals[input.domain] ?? 0) + (input.features['strength'] ?? 0)
    } else Object.assign(features, input.features)
  }
  return {
    domain: inputs.find(({ signal }) => !signal)?.domain ?? inputs[0]?.domain ?? 'general',
    instrument: trial.instrument ?? inputs.find((input) => input.instrument)?.instrument ?? null,
    features,
    signals,
  }
}

export function pastOf(experience: Experience, domain: string): PastValues {
  const ofDomain = experience.get(domain)
  return (feature, value) => {
    const quantiles = ofDomain?.get(feature)
    return quantiles === undefined ? undefined : bucketOf(quantiles, value)
  }
}

/** To be called after the state's own situations were named: values are compared with earlier ones only. */
export function learnState(experience: Experience, { domain, features }: State): void {
  const ofDomain = experience.get(domain) ?? new Map<string, Quantiles>()
  experience.set(domain, ofDomain)
  for (const [name, value] of Object.entries(features)) {
    const quantiles = ofDomain.get(name) ?? newQuantiles()
    ofDomain.set(name, quantiles)
    learnValue(quantiles, value)
  }
}
