import { existsSync, readFileSync } from 'node:fs'
import { WaggleError } from '@waggle/base'
import { keptFolders, parseEnvironment, type Environment } from '@waggle/service'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { openHeldTarget } from './open-held-target.ts'
import { openLog, type OpenedLog } from './open-log.ts'
import { openVault } from './open-vault.ts'
import type { FolderTarget } from './rebuild-folders.ts'
import { memoryTarget } from './rebuild-memory.ts'
import { snapshotTarget } from './rebuild-snapshots.ts'
import type { RebuildTarget } from './rebuild-target.ts'

interface Parts {
  readonly folder: string
  readonly source: OpenedLog
  readonly environment: Environment
}

const mute = { publish: async () => {}, lookAgain: () => {} }

/** Views that a service of a cluster keeps in its own process, and the service. */
const SERVICES: Readonly<Record<string, string>> = {
  coordination: 'coordinator',
  memory: 'memory-view',
}

const TARGETS: Readonly<Record<string, (parts: Parts) => FolderTarget>> = {
  coordination: ({ folder, source }) =>
    snapshotTarget({
      data: folder,
      source,
      folders: keptFolders(folder).coordination,
      make: () => createCoordinationProjection(mute),
    }),
  memory: ({ folder, source, environment }) => {
    const { memory, recall } = keptFolders(folder)
    const vault = openVault(undefined, environment)
    return memoryTarget({ data: folder, source, vault, memory, recall })
  },
}

/**
 * What a start of one instance of a service reads: the states in its WAGGLE_SNAPSHOT_DIR. CONFIG_INVALID where there is no
 * such folder: what that instance shows is a fold of the log since its start.
 */
export async function openServiceTarget(
  view: string,
  environment: Environment,
): Promise<RebuildTarget> {
  const config = parseEnvironment(environment, (path) => readFileSync(path, 'utf8'))
  const folder = folderOf(view, config.WAGGLE_SNAPSHOT_DIR)
  const source = await openLog(undefined, environment)
  const parts = { folder, source, environment }
  return openHeldTarget({ folder, kept: keptFolders(folder), source }, () => TARGETS[view]!(parts))
}

function folderOf(view: string, folder: string | undefined): string {
  if (folder !== undefined && existsSync(folder)) return folder
  const wrong = folder === undefined ? 'is not set' : `${folder} is not there`
  const service = SERVICES[view]!
  const what =
    `${view}: WAGGLE_SNAPSHOT_DIR ${wrong}. Set it to the folder of the ${service} instance. ` +
    `An instance without one reads the log from its start each time: start ${service} again instead`
  throw new WaggleError('CONFIG_INVALID', what, { field: 'WAGGLE_SNAPSHOT_DIR', input: folder })
}
