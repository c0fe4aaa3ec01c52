import type { Clock } from '@waggle/base'
import type { AdmittedSource } from '@waggle/consume'
import type { ServiceConfig } from '@waggle/service'
import { createAnalyticsRebuild, type AnalyticsRebuild } from '@waggle/view-analytics'
import { openHttpStore } from '@waggle/view-analytics/clickhouse'
import type { HotRebuild } from '@waggle/view-hot/redis'
import { clickHouseOptions } from '@waggle-services/analytics'
import { openHotStore } from './open-hot-store.ts'

export interface RebuildParts {
  readonly config: ServiceConfig
  readonly source: AdmittedSource
  readonly clock: Clock
}

export interface OpenedHotRebuild extends HotRebuild {
  close(): Promise<void>
}

/** The hot view in Redis, to be built again beside the one that the services keep. */
export async function openHotRebuild(parts: RebuildParts): Promise<OpenedHotRebuild> {
  const { config, source, clock } = parts
  const store = await openHotStore(config, { log: source.log, clock })
  const rebuild = store.rebuild(source)
  return {
    shadow: (options) => rebuild.shadow(options),
    diff: () => rebuild.diff(),
    switch: () => rebuild.switch(),
    rollback: () => rebuild.rollback(),
    dropOld: () => rebuild.dropOld(),
    close: async () => store.close(),
  }
}

/** The tables of ClickHouse, to be built again beside those that the services fill. */
export function openTablesRebuild({ config, source, clock }: RebuildParts): AnalyticsRebuild {
  const options = clickHouseOptions(config)
  const { WAGGLE_CLICKHOUSE_DATABASE: database } = config
  const open = (name: string) => openHttpStore({ ...options, database: name })
  return createAnalyticsRebuild({ source, clock, database, open })
}
