import { WaggleError } from '@waggle/base'
import { partitionName, type TopicPartition } from '@waggle/event'
import type { HotKeys } from './hot-keys.ts'
import { runDrop } from './hot-scripts.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

const SCAN_COUNT = 1000
const KEYS_PER_DROP = 500

/** Every key of the view, over all nodes, in no order. */
export async function* scanKeys(
  link: RedisLink,
  { pattern }: Pick<HotKeys, 'pattern'>,
): AsyncGenerator<string[]> {
  const nodes = link.masters()
  if (nodes.length === 0) throw new WaggleError('VIEW_UNAVAILABLE', 'No Redis node is known yet')
  for (const node of nodes) {
    let cursor = '0'
    do {
      const [next, found] = await link.run(() =>
        node.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT),
      )
      cursor = next
      if (found.length > 0) yield found
    } while (cursor !== '0')
  }
}

/** Drops what these partitions hold; those that have a position again are left alone. */
export async function dropPartitions(
  link: RedisLink,
  keys: HotKeys,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const wanted = new Map(partitions.map((at) => [partitionName(at), at]))
  if (wanted.size === 0) return
  for await (const found of scanKeys(link, keys)) {
    const byPartition = Map.groupBy(found, (key) => keys.parse(key)?.partition ?? '')
    for (const [name, theirs] of byPartition) {
      const at = wanted.get(name)
      if (at !== undefined) await link.run((client) => drop(client, keys.position(at), theirs))
    }
  }
}

/** Drops what other versions of the view hold; who still reads them reads the log instead. */
export function dropOtherVersions(link: RedisLink, keys: HotKeys): Promise<void> {
  return dropWhere(link, keys, (key) => keys.isOther(key))
}

/** Drops every other generation of the view, whatever it was for. */
export function dropOtherGenerations(link: RedisLink, keys: HotKeys): Promise<void> {
  return dropWhere(link, keys, (key) => keys.isOtherGeneration(key))
}

async function dropWhere(
  link: RedisLink,
  { everyVersion: pattern }: HotKeys,
  isOver: (key: string) => boolean,
): Promise<void> {
  for await (const found of scanKeys(link, { pattern })) {
    const over = found.filter(isOver)
    await link.run((client) => Promise.all(over.map((key) => client.unlink(key))))
  }
}

async function drop(client: RedisClient, position: string, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += KEYS_PER_DROP) {
    await runDrop(client, position, keys.slice(at, at + KEYS_PER_DROP))
  }
}
