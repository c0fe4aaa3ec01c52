import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { createAnalyticsProjection, type AnalyticsStore } from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import type { MemoryBus } from './memory-bus.ts'

export interface AnalyticsScene {
  readonly store: AnalyticsStore
  /** Brings everything in a log into the tables. */
  project(bus: MemoryBus): Promise<void>
  close(): Promise<void>
}

/** An empty analytical store in a folder of its own. */
export async function analyticsScene(): Promise<AnalyticsScene> {
  const folder = await mkdtemp(join(tmpdir(), 'waggle-analytics-'))
  const store = await openChdbStore(folder)
  return {
    store,
    project: async (bus) => {
      const projection = createAnalyticsProjection(store)
      const runner = createRunner({ ...bus, projection, logger: silentLogger })
      await runner.start()
      await runner.caughtUp(60_000)
      await runner.stop()
    },
    close: async () => {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
