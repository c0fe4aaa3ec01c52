import type { Service } from '@waggle/base'
import type { RunnerOptions } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import type { Vault } from '@waggle/vault'
import {
  createEraserService,
  createMemoryViewService,
  pastViews,
  snapshotForgetters,
  type MemoryViewService,
  type PastViews,
} from '@waggle-services/memory-view'
import type { KeptStates } from './kept-states.ts'

export interface ClusterMemory {
  readonly memory: MemoryViewService
  /** Every view as of earlier times; for a log of a run's own without what was put away of the bus's. */
  readonly past: (own?: EventLog) => PastViews
  /** What has to run for this. */
  readonly services: readonly Service[]
}

/**
 * Memory in this process, and the past of every view of the cluster. With keys there are opened texts among what is put
 * away, so this process erases too.
 */
export function memoryOf(
  parts: Omit<RunnerOptions, 'projection'>,
  kept: KeptStates | undefined,
  vault: Vault | undefined,
): ClusterMemory {
  const memory = createMemoryViewService({
    ...parts,
    snapshots: kept?.views,
    snapshotFolder: kept?.recallFolder,
    ...(vault === undefined ? {} : { vault }),
  })
  const [cached, alone] = [pastViews({ cache: kept?.past, vault }), pastViews({ vault })]
  const past = (own?: EventLog): PastViews => (own === undefined ? cached : alone)
  if (kept === undefined || vault === undefined) return { memory, past, services: [memory] }
  const forgetters = [...memory.forgetters, ...snapshotForgetters(kept.past)]
  const eraser = createEraserService({ ...parts, vault, memory: memory.runner, forgetters })
  return { memory, past, services: [memory, eraser] }
}
