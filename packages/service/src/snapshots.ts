import { join } from 'node:path'
import { createFileSnapshots, type Snapshots } from '@waggle/consume'
import type { ServiceContext } from './run-service.ts'

/** Snapshots of views, apart from other caches of the instance; undefined without a folder for them. */
export function snapshotsOf({ config, log, logger }: ServiceContext): Snapshots | undefined {
  const { WAGGLE_SNAPSHOT_DIR: folder } = config
  if (folder === undefined) return undefined
  return createFileSnapshots({ folder: join(folder, 'views'), log, logger })
}
