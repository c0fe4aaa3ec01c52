import type { Snapshots } from '@waggle/consume'
import { memoryAsOf, type MemoryView, type RetentionInput } from '@waggle/memory'
import { CORE_PAST, type CorePast, type PastSource } from '@waggle/query'
import { bankAsOf, type BankView } from '@waggle/reasoning-bank'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import type { Vault } from '@waggle/vault'

/** Views that a question about the past can be put to: `query.asOf(at).read('memory', …)`. */
export interface PastViews {
  readonly [name: string]: PastSource<unknown>
  readonly hot: CorePast['hot']
  readonly coordination: CorePast['coordination']
  readonly memory: PastSource<MemoryView>
  readonly bank: PastSource<BankView>
}

export interface PastViewsOptions {
  /** What running views leave behind; not written to. */
  readonly snapshots?: Snapshots | undefined
  /** Where reads of the past put away what they had to fold; no running view begins from it. */
  readonly cache?: Snapshots | undefined
  /** Least records from one of its snapshots to the next; 16,384 if left out. */
  readonly everyRecords?: number
  /** Opens what was said about subjects; without one it stays sealed. */
  readonly vault?: Vault | undefined
  readonly retention?: RetentionInput | undefined
  /** False for memory without recall by text. */
  readonly recall?: boolean
}

/** Some 0.3 s of folding into memory. */
const EVERY_RECORDS = 16_384

export function pastViews(options: PastViewsOptions): PastViews {
  const { snapshots, cache, everyRecords = EVERY_RECORDS, vault, retention } = options
  const { recall = true } = options
  const cached = { snapshots: cache, everyRecords }
  const kept = snapshots === undefined ? cached : { snapshots }
  const openIndex = () => createRecallIndex({ embedder: createLexicalEmbedder() })
  return {
    hot: (of) => CORE_PAST.hot({ ...of, ...kept }),
    coordination: (of) => CORE_PAST.coordination({ ...of, ...kept }),
    bank: (of) => bankAsOf({ ...of, ...kept }),
    memory: (of) =>
      memoryAsOf({
        ...of,
        ...cached,
        ...(vault === undefined ? {} : { vault }),
        ...(retention === undefined ? {} : { retention }),
        ...(recall ? { openIndex } : {}),
      }),
  }
}
