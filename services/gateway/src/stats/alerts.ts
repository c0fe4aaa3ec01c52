import type { LiveStats } from '@waggle/api'
import type { Micros } from '@waggle/base'

/** How the bus stood at a moment. */
export interface BusSample {
  readonly at: Micros
  readonly projections: readonly {
    readonly name: string
    readonly state: 'running' | 'paused' | 'stalled' | 'stopped'
    readonly reason: string | undefined
    readonly lag: bigint
  }[]
  readonly deadLetters: bigint
}

type Alert = LiveStats['alerts'][number]

/** Samples that a lag has to grow over, and from how many records on it matters. */
const GROWING_SAMPLES = 10
const LAG_MATTERS = 1000n

/**
 * What somebody should look at: projections that do not go on, with the reason; a lag that grew from sample to sample;
 * dead letters that came since the first sample. The newest sample is the last one.
 */
export function alertsOf(samples: readonly BusSample[]): Alert[] {
  const last = samples.at(-1)
  if (last === undefined) return []
  const standing = last.projections.flatMap(({ name, state, reason, lag }): Alert[] => {
    if (state === 'stalled')
      return [{ name, level: 'error', text: `${name} is stalled: ${reason ?? 'no reason given'}` }]
    if (state === 'running') return growthOf(samples, name)
    return [{ name, level: 'warn', text: `${name} is ${state}, ${lag} records behind` }]
  })
  const first = samples[0]!
  const risen = last.deadLetters - first.deadLetters
  if (risen <= 0n) return standing
  const seconds = Math.max(1, Math.round((last.at - first.at) / 1_000_000))
  const text = `${risen} dead letters in ${seconds} s`
  return [...standing, { name: 'dead-letters', level: 'warn', text }]
}

function growthOf(samples: readonly BusSample[], name: string): Alert[] {
  const lags = samples
    .slice(-GROWING_SAMPLES)
    .map(({ projections }) => projections.find((one) => one.name === name)?.lag ?? 0n)
  const [first, last] = [lags[0]!, lags.at(-1)!]
  const grows = lags.every((lag, index) => index === 0 || lag >= lags[index - 1]!)
  if (lags.length < GROWING_SAMPLES || last < LAG_MATTERS || last <= first || !grows) return []
  const text = `${name} falls behind: ${first} records, then ${last}`
  return [{ name, level: 'warn', text }]
}
