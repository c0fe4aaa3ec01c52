import { ROUTES } from '@waggle/api'
import { formatDecimal } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { positionText, type Bar } from '@waggle/event'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { openedJson } from '../json/known-event-json.ts'
import { eventsOf, openLogRead, saidBy } from '../read-log.ts'
import { timeIn } from '../read-scope.ts'

const DECISIONS = 50
const BARS = 1000

/** What agents decided, and the prices they had, from the log itself: all of it, not only the latest. */
export function bindDecisionRoutes(app: GatewayApp, { bus }: GatewayParts): void {
  bindRoute(app, ROUTES.decisions, async ({ params, query }) => {
    const { agent, limit = DECISIONS } = query
    const topics = ['waggle.decisions.v1']
    const read = await openLogRead(bus, { swarm: params['swarm']!, query, topics })
    const wanted = { kinds: new Set(['decision'] as const) }
    const newest: KnownEvent[] = []
    for await (const batch of eventsOf(read, wanted, agent === undefined ? undefined : { agent })) {
      newest.push(...batch)
      if (newest.length > 2 * limit) newest.splice(0, newest.length - limit)
    }
    const events = newest.slice(-limit).toReversed()
    return { data: await openedJson(bus.vault, events), ...(await saidBy(read, events)) }
  })

  bindRoute(app, ROUTES.bars, async ({ params, query }) => {
    const { swarm, instrument } = params as { swarm: string; instrument: string }
    const { limit = BARS } = query
    const from = query.from === undefined ? undefined : timeIn(query.from, 'from')
    const to = query.to === undefined ? Infinity : timeIn(query.to, 'to')
    const topics = ['waggle.bars.v1']
    // All partitions: a foreign producer may have chosen another one than the key's.
    const read = await openLogRead(bus, { swarm, query, topics })
    const found: KnownEvent[] = []
    // A later bar of the same time is a correction, so the range is read whole before it is cut.
    const byTime = new Map<number, KnownEvent>()
    for await (const batch of eventsOf(read, { kinds: new Set(['bar'] as const) })) {
      for (const known of batch) {
        const { event, knownFrom } = known
        if (event.kind !== 'bar' || event.instrument !== instrument) continue
        if (knownFrom < (from ?? -Infinity) || knownFrom >= to) continue
        found.push(known)
        byTime.set(event.occurred_at, known)
      }
    }
    const bars = [...byTime.values()].sort((a, b) => a.event.occurred_at - b.event.occurred_at)
    const some = from === undefined ? bars.slice(-limit) : bars.slice(0, limit)
    return { data: some.map(barJson), ...(await saidBy(read, found)) }
  })
}

function barJson({ event, position }: KnownEvent) {
  const { occurred_at: time, open, high, low, close, volume } = event as Bar
  const prices = { open: formatDecimal(open), high: formatDecimal(high), low: formatDecimal(low) }
  const rest = { close: formatDecimal(close), volume: formatDecimal(volume) }
  return { time, ...prices, ...rest, position: positionText(position) }
}
