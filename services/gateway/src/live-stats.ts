import type { LiveStats } from '@waggle/api'
import type { RunnerState } from '@waggle/consume'
import { DEAD_LETTER_TOPIC } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import type { GatewayParts } from './gateway-parts.ts'
import { alertsOf, type BusSample } from './stats/alerts.ts'
import { EventRates, tailRates, type RateScope } from './stats/event-rates.ts'

/** Stats of a swarm's run, once a second until the signal aborts. */
export type FollowStats = (scope: RateScope, signal: AbortSignal) => AsyncGenerator<LiveStats>

const EVERY_MS = 1000
/** What alerts compare with: a minute. */
const SAMPLES = 60
const FRESH_MICROS = 900_000

const STATES: Readonly<Record<RunnerState, BusSample['projections'][number]['state']>> = {
  idle: 'stopped',
  paused: 'paused',
  running: 'running',
  stalled: 'stalled',
}

type Parts = Pick<GatewayParts, 'bus' | 'clock' | 'logger' | 'otherProjections'>

/**
 * Rates, lag, dead letters and alerts of the bus. While somebody follows, all share one tail, which counts what is
 * appended, and one sample of the projections a second; while nobody does, nothing is read.
 */
export function createLiveStats(parts: Parts): FollowStats {
  const { bus, clock, logger } = parts
  const rates = new EventRates()
  let samples: BusSample[] = []
  let sampling: Promise<void> | undefined
  let followers = 0
  let tail = new AbortController()

  const sampled = (): Promise<void> => {
    const isFresh = clock.now() - (samples.at(-1)?.at ?? -Infinity) < FRESH_MICROS
    if (isFresh) return Promise.resolve()
    sampling ??= sampleOf(parts)
      .then((sample) => void (samples = [...samples, sample].slice(-SAMPLES)))
      .finally(() => void (sampling = undefined))
    return sampling
  }
  const statsOf = async (scope: RateScope): Promise<LiveStats> => {
    await sampled()
    const { projections, deadLetters } = samples.at(-1)!
    const { events, byAgent, byKind } = rates.of(scope, clock.now())
    return {
      at: clock.now(),
      rates: { ...byAgent },
      kinds: { ...byKind },
      events,
      lag: Object.fromEntries(projections.map(({ name, lag }) => [name, String(lag)])),
      dead_letters: Number(deadLetters),
      alerts: alertsOf(samples),
    }
  }

  return async function* follow(scope, signal) {
    if (followers++ === 0) {
      tail = new AbortController()
      samples = []
      tailRates(bus, rates, tail.signal).catch((error: unknown) => {
        logger.warn({ err: error }, 'events are not counted for the live statistics')
      })
    }
    try {
      while (!signal.aborted) {
        yield await statsOf(scope)
        await clock.sleep(EVERY_MS, signal).catch(() => {})
      }
    } finally {
      if (--followers === 0) tail.abort()
    }
  }
}

async function sampleOf({ bus, clock, otherProjections }: Parts): Promise<BusSample> {
  const [statuses, others, ends] = await Promise.all([
    Promise.all(bus.runners.map((runner) => runner.status())),
    otherProjections?.() ?? [],
    bus.log.ends(partitionsOf(bus.log, [DEAD_LETTER_TOPIC])),
  ])
  return {
    at: clock.now(),
    projections: [
      ...statuses.map(({ name, state, reason, lag }) => ({
        name,
        state: STATES[state],
        reason,
        lag,
      })),
      ...others.map(({ name, state, reason, lag }) => ({
        name,
        state:
          state === 'stalled' || state === 'failed' ? ('stalled' as const) : ('running' as const),
        reason: reason ?? undefined,
        lag: BigInt(lag),
      })),
    ],
    deadLetters: ends.reduce((sum, { offset }) => sum + offset, 0n),
  }
}
