import { composeServices } from '@waggle/base'
import { dropFolders } from '@waggle/consume'
import { keptFolders, snapshotsOf, type ServiceContext, type Worker } from '@waggle/service'
import { createFileVault } from '@waggle/vault'
import { createDistillerService } from './distiller.ts'
import { createEraserService } from './eraser.ts'
import type { Forgetter } from './project-erasures.ts'
import { createMemoryViewService } from './service.ts'

/**
 * Memory as a process: it reads every partition, distils lessons, and erases where it has the keys. Each instance
 * holds all of it; two say the same, under the same numbers.
 */
export async function buildMemoryView(context: ServiceContext): Promise<Worker> {
  const { config, log, codec, clock, logger } = context
  const vault =
    config.WAGGLE_VAULT_DIR === undefined ? undefined : createFileVault(config.WAGGLE_VAULT_DIR)
  const snapshots = snapshotsOf(context)
  const { WAGGLE_SNAPSHOT_DIR: folder } = config
  const kept = folder === undefined ? undefined : keptFolders(folder)
  const memory = createMemoryViewService({
    ...context,
    tickMs: config.WAGGLE_TICK_MS,
    snapshotFolder: kept?.recall.live,
    snapshots,
    ...(vault === undefined ? {} : { vault }),
  })
  const distiller = createDistillerService({
    log,
    codec,
    clock,
    logger,
    tickMs: config.WAGGLE_TICK_MS,
    snapshots,
  })
  const eraser =
    vault === undefined
      ? undefined
      : createEraserService({
          ...context,
          vault,
          memory: memory.runner,
          forgetters: [...memory.forgetters, ...rebuiltForgetters(kept)],
        })
  const parts = [memory, distiller, eraser].filter((part) => part !== undefined)
  const all = composeServices('memory-view', parts)
  return {
    start: all.start,
    stop: all.stop,
    status: () => Promise.all(parts.map(({ runner }) => runner.status())),
  }
}

/** What a rebuild left beside what serves holds opened texts, or their vectors, too. */
function rebuiltForgetters(kept: ReturnType<typeof keptFolders> | undefined): Forgetter[] {
  if (kept === undefined) return []
  const forget = async (): Promise<number> => dropFolders(kept.memory) + dropFolders(kept.recall)
  return [{ name: 'rebuilt-memory', forget }]
}
