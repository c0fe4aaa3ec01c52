import type { Logger } from '@waggle/base'
import { createFileSnapshots, type Snapshots } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import type { Vault } from '@waggle/vault'
import { pastViews, type PastViews } from '@waggle-services/memory-view'
import { snapshotPath, type EmbeddedConfig } from './config.ts'

/** What is put away of the views of a bus. Memory is large, and its past has states of its own. */
export interface KeptStates {
  readonly snapshots: Snapshots | undefined
  readonly memorySnapshots: Snapshots | undefined
  readonly pastSnapshots: Snapshots | undefined
}

const MEMORY_MOST = 1
const MEMORY_PAST_MOST = 32

/** Nothing where the log is in memory: it leaves nothing behind. */
export function statesOf(
  config: EmbeddedConfig,
  parts: { readonly log: EventLog; readonly logger: Logger },
): KeptStates {
  const isKept = config.log !== 'memory' && config.snapshots === 'on'
  const open = (most?: number): Snapshots | undefined => {
    const bound = most === undefined ? {} : { most }
    return isKept
      ? createFileSnapshots({ folder: snapshotPath(config), ...bound, ...parts })
      : undefined
  }
  return {
    snapshots: open(),
    memorySnapshots: open(MEMORY_MOST),
    pastSnapshots: open(MEMORY_PAST_MOST),
  }
}

/** Views that a question about the past can be put to; for a log of a run's own without what was put away of the bus's. */
export function embeddedPast(
  { memory: { recall, retention } }: EmbeddedConfig,
  { snapshots, pastSnapshots: cache }: KeptStates,
  vault: Vault,
): (own?: EventLog) => PastViews {
  const plain = { vault, retention, recall: recall !== 'off' }
  const alone = pastViews(plain)
  // Without snapshots the past is folded from the log.
  const kept = snapshots === undefined ? alone : pastViews({ ...plain, snapshots, cache })
  return (own) => (own === undefined ? kept : alone)
}
