import type { ReadQuery } from '@waggle/api'
import { CostBook } from './cost-basis.ts'
import type { GatewayBus } from './gateway-bus.ts'
import { eventsOf, openLogRead } from './read-log.ts'

/** More than these are not read for one answer. */
const RECORDS_MAX = 200_000n

/** What was paid for what is held, by the fills in the log; undefined where there are too many of them. */
export async function readCosts(
  bus: Pick<GatewayBus, 'log' | 'codec' | 'trajectories' | 'clock'>,
  swarm: string,
  query: ReadQuery,
): Promise<CostBook | undefined> {
  const read = await openLogRead(bus, { swarm, query, topics: ['waggle.fills.v1'] })
  if (read.ends.reduce((sum, { offset }) => sum + offset, 0n) > RECORDS_MAX) return undefined
  const book = new CostBook()
  for await (const batch of eventsOf(read, { kinds: new Set(['fill'] as const) }))
    for (const { event } of batch) if (event.kind === 'fill') book.add(event)
  return book
}
