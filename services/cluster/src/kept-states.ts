import { join } from 'node:path'
import { createFileSnapshots, type Snapshots } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import type { Logger } from '@waggle/base'
import type { ServiceConfig } from '@waggle/service'
import type { Vault } from '@waggle/vault'

/** What a client of a cluster puts away; apart from what services do, for they have results to say and it has none. */
export interface KeptStates {
  /** Of its running views, which begin from them. */
  readonly views: Snapshots
  /** Of earlier times, made by the reads that need them. */
  readonly past: Snapshots
  /** Of the recall indexes. */
  readonly recallFolder: string
}

const VIEWS_MOST = 1
const PAST_MOST = 16

/** Undefined without WAGGLE_SNAPSHOT_DIR. What was opened with keys is no state of a process that has none. */
export function keptStates(
  { WAGGLE_SNAPSHOT_DIR: folder }: Pick<ServiceConfig, 'WAGGLE_SNAPSHOT_DIR'>,
  parts: { readonly log: EventLog; readonly logger: Logger },
  vault: Vault | undefined,
): KeptStates | undefined {
  if (folder === undefined) return undefined
  const own = join(folder, vault === undefined ? 'client-sealed' : 'client')
  return {
    views: createFileSnapshots({ folder: join(own, 'views'), most: VIEWS_MOST, ...parts }),
    past: createFileSnapshots({ folder: join(folder, 'past'), most: PAST_MOST, ...parts }),
    recallFolder: join(own, 'recall'),
  }
}
