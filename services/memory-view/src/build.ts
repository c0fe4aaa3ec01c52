import { composeServices } from '@waggle/base'
import { snapshotsOf, type ServiceContext, type Worker } from '@waggle/service'
import { createFileVault } from '@waggle/vault'
import { createDistillerService } from './distiller.ts'
import { createEraserService } from './eraser.ts'
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
  const memory = createMemoryViewService({
    ...context,
    tickMs: config.WAGGLE_TICK_MS,
    snapshotFolder: config.WAGGLE_SNAPSHOT_DIR,
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
          forgetters: memory.forgetters,
        })
  const parts = [memory, distiller, eraser].filter((part) => part !== undefined)
  const all = composeServices('memory-view', parts)
  return {
    start: all.start,
    stop: all.stop,
    status: () => Promise.all(parts.map(({ runner }) => runner.status())),
  }
}
