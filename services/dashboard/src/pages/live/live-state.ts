import type { KnownEventJson, LiveStats } from '@waggle/api'
import type { LiveMessage } from '@waggle/client'

/** What has come over the live tail, as far as it is shown. */
export interface LiveState {
  readonly connection: 'connecting' | 'open' | 'lost' | 'ended'
  /** Milliseconds until it is tried again. */
  readonly retryMs: number
  /** Why it was lost or ended. */
  readonly error: unknown
  /** Oldest first, five minutes. */
  readonly stats: readonly LiveStats[]
  /** Newest first. */
  readonly decisions: readonly KnownEventJson[]
}

export const NOTHING_YET: LiveState = {
  connection: 'connecting',
  retryMs: 0,
  error: undefined,
  stats: [],
  decisions: [],
}

const SECONDS_KEPT = 300
const DECISIONS_KEPT = 500

export type LiveChange = LiveMessage | { readonly type: 'ended'; readonly error: unknown }

export function withMessage(state: LiveState, message: LiveChange): LiveState {
  switch (message.type) {
    case 'stats': {
      const stats = [...state.stats, message.stats].slice(-SECONDS_KEPT)
      return { ...state, connection: 'open', error: undefined, stats }
    }
    case 'events': {
      const decisions = [...message.events.toReversed(), ...state.decisions].slice(
        0,
        DECISIONS_KEPT,
      )
      return { ...state, connection: 'open', error: undefined, decisions }
    }
    case 'lost':
      return { ...state, connection: 'lost', error: message.error, retryMs: message.retryMs }
    case 'ended':
      return { ...state, connection: 'ended', error: message.error }
  }
}

/** Events a second by agent: the busiest ones, and the others together. */
export function ratesByAgent(stats: readonly LiveStats[], most = 5) {
  const sums = new Map<string, number>()
  for (const { rates } of stats)
    for (const [agent, rate] of Object.entries(rates))
      sums.set(agent, (sums.get(agent) ?? 0) + rate)
  const agents = [...sums]
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .map(([name]) => name)
  const shown = agents.slice(0, most)
  const others = agents.slice(most)
  const lines = shown.map((name) => ({ name, values: stats.map(({ rates }) => rates[name] ?? 0) }))
  if (others.length === 0) return lines
  const rest = stats.map(({ rates }) => others.reduce((sum, name) => sum + (rates[name] ?? 0), 0))
  return [...lines, { name: `${others.length} others`, values: rest }]
}
