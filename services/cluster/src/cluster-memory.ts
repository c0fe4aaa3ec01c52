import { join } from 'node:path'
import type { Service } from '@waggle/base'
import { createFileSnapshots, type RunnerOptions, type Snapshots } from '@waggle/consume'
import type { ServiceConfig } from '@waggle/service'
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

export interface ClusterMemory {
  readonly memory: MemoryViewService
  /** Every view as of earlier times; for a log of a run's own without what was put away of the bus's. */
  readonly past: (own?: EventLog) => PastViews
  /** What has to run for this. */
  readonly services: readonly Service[]
}

const PAST_MOST = 16

/**
 * Memory in this process, and the past of every view of the cluster. Past states are put into WAGGLE_SNAPSHOT_DIR, where
 * every process with this folder finds them; running views begin from others. With keys there are opened texts among
 * them, so this process erases too.
 */
export function memoryOf(
  { WAGGLE_SNAPSHOT_DIR: folder }: ServiceConfig,
  parts: Omit<RunnerOptions, 'projection'>,
  vault: Vault | undefined,
): ClusterMemory {
  const cache: Snapshots | undefined =
    folder === undefined
      ? undefined
      : createFileSnapshots({ folder: join(folder, 'past'), most: PAST_MOST, ...parts })
  const memory = createMemoryViewService({ ...parts, ...(vault === undefined ? {} : { vault }) })
  const [kept, alone] = [pastViews({ cache, vault }), pastViews({ vault })]
  const past = (own?: EventLog): PastViews => (own === undefined ? kept : alone)
  if (cache === undefined || vault === undefined) return { memory, past, services: [memory] }
  const forgetters = snapshotForgetters(cache)
  const eraser = createEraserService({ ...parts, vault, memory: memory.runner, forgetters })
  return { memory, past, services: [memory, eraser] }
}
