import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  createFileSnapshots,
  holdData,
  mend,
  viewFolders,
  type DataHold,
  type Snapshots,
  type ViewFolders,
} from '@waggle/consume'
import type { ServiceConfig } from './config.ts'
import { patiently, type Patience } from './patiently.ts'
import type { ServiceContext } from './run-service.ts'

/** Snapshots of views, apart from other caches of the instance; undefined without a folder for them. */
export function snapshotsOf({ config, log, logger }: ServiceContext): Snapshots | undefined {
  const { WAGGLE_SNAPSHOT_DIR: folder } = config
  if (folder === undefined) return undefined
  return createFileSnapshots({ folder: viewsIn(folder), log, logger })
}

/** What can be rebuilt of what a service's start reads in its folder; memory and the vectors of its recall indexes apart. */
export type KeptOfService = 'coordination' | 'memory' | 'recall'

export function keptFolders(folder: string): Readonly<Record<KeptOfService, ViewFolders>> {
  return {
    coordination: viewFolders(join(viewsIn(folder), 'coordination')),
    memory: viewFolders(join(viewsIn(folder), 'memory')),
    recall: viewFolders(join(folder, 'recall')),
  }
}

/**
 * Holds the folder of an instance while it runs, so that nobody exchanges what it has read; waits while somebody does.
 * What a kill broke off there is finished first. Undefined without a folder.
 */
export async function holdSnapshots(
  { WAGGLE_SNAPSHOT_DIR: folder }: Pick<ServiceConfig, 'WAGGLE_SNAPSHOT_DIR'>,
  patience: Patience,
): Promise<DataHold | undefined> {
  if (folder === undefined) return undefined
  mkdirSync(folder, { recursive: true })
  const hold = await patiently(patience, async () => holdData(folder, 'bus'))
  for (const folders of Object.values(keptFolders(folder))) mend(folders)
  return hold
}

const viewsIn = (folder: string): string => join(folder, 'views')
