import type { Logger } from '@waggle/base'
import { createFileSnapshots, type Snapshots } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import { memoryAsOf, type MemoryView } from '@waggle/memory'
import type { PastSource } from '@waggle/query'
import { bankAsOf, type BankView } from '@waggle/reasoning-bank'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { coordinationAsOf, hotAsOf } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import type { CoordinationView } from '@waggle/view-coordination'
import type { HotView } from '@waggle/view-hot'
import { snapshotPath, type EmbeddedConfig } from './config.ts'

/** Views that a question about the past can be put to: `query.asOf(at).read('memory', …)`. */
export interface EmbeddedPast {
  readonly [name: string]: PastSource<unknown>
  readonly hot: PastSource<HotView>
  readonly coordination: PastSource<CoordinationView>
  readonly memory: PastSource<MemoryView>
  readonly bank: PastSource<BankView>
}

/** Undefined where there are none: a log in memory leaves nothing behind. */
export function snapshotsOf(
  config: EmbeddedConfig,
  parts: { readonly log: EventLog; readonly logger: Logger },
): Snapshots | undefined {
  const isKept = config.log !== 'memory' && config.snapshots === 'on'
  return isKept ? createFileSnapshots({ folder: snapshotPath(config), ...parts }) : undefined
}

export function pastViews(
  { memory: { recall, retention } }: EmbeddedConfig,
  { snapshots, vault }: { readonly snapshots: Snapshots | undefined; readonly vault: Vault },
): EmbeddedPast {
  const openIndex = () => createRecallIndex({ embedder: createLexicalEmbedder() })
  return {
    hot: (options) => hotAsOf({ ...options, snapshots }),
    coordination: (options) => coordinationAsOf({ ...options, snapshots }),
    memory: (options) =>
      memoryAsOf({
        ...options,
        vault,
        ...(retention === undefined ? {} : { retention }),
        ...(recall === 'off' ? {} : { openIndex }),
      }),
    bank: (options) => bankAsOf({ ...options, snapshots }),
  }
}
