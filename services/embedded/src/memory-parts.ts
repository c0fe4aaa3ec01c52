import type { Clock, Logger } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { dropFolders, type Snapshots } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import type { Vault } from '@waggle/vault'
import {
  createDistillerService,
  createEraserService,
  createMemoryViewService,
  type DistillerService,
  type EraserService,
  type Forgetter,
  type MemoryViewService,
} from '@waggle-services/memory-view'
import { recallPath, type EmbeddedConfig } from './config.ts'
import { keptViews } from './view-folders.ts'

export interface MemoryParts {
  readonly memory: MemoryViewService
  readonly bank: DistillerService | undefined
  readonly eraser: EraserService
}

interface Engines {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  readonly vault: Vault
  readonly snapshots: Snapshots | undefined
  readonly memorySnapshots: Snapshots | undefined
}

/** Memory, what learns from it and what erases from it. */
export function memoryParts(config: EmbeddedConfig, engines: Engines): MemoryParts {
  const { recall, retention } = config.memory
  const memory = createMemoryViewService({
    ...engines,
    snapshots: engines.memorySnapshots,
    tickMs: config.tickMs,
    snapshotFolder: config.log === 'memory' ? undefined : recallPath(config),
    ...(recall === 'off' ? { embedder: 'off' as const } : {}),
    ...(retention === undefined ? {} : { retention }),
  })
  const { tickMs } = config
  const bank = config.bank === 'off' ? undefined : createDistillerService({ ...engines, tickMs })
  const { runner } = memory
  const forgetters = [...memory.forgetters, ...rebuiltForgetters(config)]
  const eraser = createEraserService({ ...engines, memory: runner, forgetters })
  return { memory, bank, eraser }
}

/** What a rebuild left beside what serves holds opened texts, or their vectors, too. */
function rebuiltForgetters({ log, dataDir }: EmbeddedConfig): Forgetter[] {
  if (log === 'memory') return []
  const { memory, recall } = keptViews(dataDir)
  const forget = async (): Promise<number> => dropFolders(memory) + dropFolders(recall)
  return [{ name: 'rebuilt-memory', forget }]
}
