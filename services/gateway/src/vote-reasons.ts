import type { TopicPartition } from '@waggle/event'
import { createReadBack } from '@waggle/memory'
import type { CastVote } from '@waggle/view-coordination'
import type { GatewayBus } from './gateway-bus.ts'
import { positionAt } from './place-of.ts'

/** Most votes whose reasons are read from the log for one answer. */
const READ_MOST = 200

/** Why agents voted as they did, by offset: the view counts, only the log has their words. */
export async function reasonsOf(
  { log, codec, vault }: Pick<GatewayBus, 'log' | 'codec' | 'vault'>,
  at: TopicPartition,
  votes: readonly CastVote[],
): Promise<Map<number, string>> {
  const readBack = createReadBack({ log, codec, ...(vault === undefined ? {} : { vault }) })
  const reasons = new Map<number, string>()
  for (const { offset } of votes.slice(0, READ_MOST)) {
    const event = await readBack(positionAt(at, offset))
    if (event?.kind === 'vote') reasons.set(offset, event.reasoning)
  }
  return reasons
}
