import { createPeriodic, WaggleError, type Clock } from '@waggle/base'
import type { Position, TopicPartition } from '@waggle/event'
import type { HotKeys } from './hot-keys.ts'
import { readPosition } from './hot-position.ts'
import type { RedisLink } from './redis-link.ts'

/** Nobody can move a generation's partitions while it is held; reads go on. */
export interface Hold {
  /** Where the partitions stand. */
  readonly positions: readonly Position[]
  /** VIEW_UNAVAILABLE where it may have ended: the rest of its life must be enough for one more command. */
  assertHeld(): void
  /** Writers go on. */
  release(): Promise<void>
  /** It ends by itself: for a generation that nobody is to write any more. */
  leave(): Promise<void>
}

export interface HoldOptions {
  readonly link: RedisLink
  readonly clock: Clock
  readonly partitions: readonly TopicPartition[]
  /** Milliseconds it lives without a word from who holds: a killed process stops nobody for longer. */
  readonly leaseMs?: number
}

export const HOLD_LEASE_MS = 10_000

/**
 * The script that writes looks for a key in the partition's own slot. Once that is there no write can come any more, so
 * the position read behind it is final. The lease is for liveness alone: who writes after it ended moves a generation
 * which is right at any position, and whoever follows another one sees that it stands behind.
 */
export async function holdWriters(keys: HotKeys, options: HoldOptions): Promise<Hold> {
  const { link, clock, partitions, leaseMs = HOLD_LEASE_MS } = options
  let heldAt = clock.now()
  let lost = false
  const set = async (): Promise<void> => {
    const at = clock.now()
    await link.run((client) =>
      Promise.all(partitions.map((one) => client.set(keys.hold(one), '1', 'PX', leaseMs))),
    )
    heldAt = at
  }
  const renew = async (): Promise<void> => {
    const at = clock.now()
    const found = await link.run((client) =>
      Promise.all(partitions.map((one) => client.pexpire(keys.hold(one), leaseMs))),
    )
    if (found.includes(0)) lost = true
    heldAt = at
  }
  await set()
  const positions = await positionsOf(link, keys, partitions)
  const renewal = createPeriodic({
    name: 'hold-of-hot-view',
    clock,
    intervalMs: leaseMs / 5,
    task: () => renew().catch(() => {}),
  })
  await renewal.start()
  return {
    positions,
    assertHeld: () => {
      if (!lost && clock.now() - heldAt < (leaseMs * 1000) / 2) return
      throw new WaggleError('VIEW_UNAVAILABLE', 'The hot view in Redis could not be held still')
    },
    release: async () => {
      await renewal.stop()
      await dropHolds(link, keys, partitions)
    },
    leave: () => renewal.stop(),
  }
}

export async function dropHolds(
  link: RedisLink,
  keys: HotKeys,
  partitions: readonly TopicPartition[],
): Promise<void> {
  await link.run((client) => Promise.all(partitions.map((at) => client.del(keys.hold(at)))))
}

/** Where a generation's partitions stand; 0 where it has none. */
export async function positionsOf(
  link: RedisLink,
  keys: HotKeys,
  partitions: readonly TopicPartition[],
): Promise<Position[]> {
  return link.run((client) =>
    Promise.all(
      partitions.map(async (at) => {
        const stored = await readPosition(client, keys, at)
        return { ...at, offset: stored?.nextOffset ?? 0n }
      }),
    ),
  )
}
