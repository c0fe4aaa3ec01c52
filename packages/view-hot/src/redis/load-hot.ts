import { partitionName, type TopicPartition } from '@waggle/event'
import { swarmOf, type HotState } from '../hot-state.ts'
import { scanKeys } from './drop-keys.ts'
import type { HotKey, HotKeys } from './hot-keys.ts'
import { absorbHash, absorbList } from './merge-hot.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

/** Everything the view holds in Redis, into the state named for its partition; for digests, not for reads. */
export async function loadHotState(
  link: RedisLink,
  keys: HotKeys,
  stateOf: (partition: string) => HotState | undefined,
): Promise<void> {
  // SCAN may name a key twice; sums must not be added twice.
  const seen = new Set<string>()
  for await (const found of scanKeys(link, keys)) {
    const fresh = found.filter((key) => !seen.has(key))
    for (const key of fresh) seen.add(key)
    const parsed = fresh.flatMap((key) => {
      const parts = keys.parse(key)
      const state = parts === undefined ? undefined : stateOf(parts.partition)
      return parts === undefined || state === undefined ? [] : [{ key, parts, state }]
    })
    await link.run((client) =>
      Promise.all(parsed.map(({ key, parts, state }) => absorbKey(client, state, key, parts))),
    )
  }
}

/** What a generation holds of these partitions, put together. */
export async function loadMerged(
  link: RedisLink,
  keys: HotKeys,
  partitions: readonly TopicPartition[],
): Promise<HotState> {
  const state: HotState = new Map()
  const names = new Set(partitions.map(partitionName))
  await loadHotState(link, keys, (name) => (names.has(name) ? state : undefined))
  return state
}

async function absorbKey(
  client: RedisClient,
  state: HotState,
  key: string,
  { collection, scope }: HotKey,
): Promise<void> {
  const { run, swarm } = scope
  if (collection in absorbHash) {
    const hash = await client.hgetall(key)
    absorbHash[collection as keyof typeof absorbHash](swarmOf(state, run, swarm), hash)
  } else if (collection in absorbList) {
    const isList = collection === 'decisions' || collection === 'agent-decisions'
    const texts = await (isList ? client.lrange(key, 0, -1) : client.zrange(key, '0', '-1'))
    absorbList[collection as keyof typeof absorbList](swarmOf(state, run, swarm), texts)
  }
}
