import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isWaggleError, type Logger } from '@waggle/base'
import {
  createRecallIndex,
  type Embedder,
  type RecallIndex,
  type RecallScope,
} from '@waggle/recall'
import type { Forgetter } from './project-erasures.ts'

/**
 * The recall indexes of a process and their snapshots: caches that save a start from embedding every text again.
 * What an index holds comes from the log alone; a snapshot only lends the vectors of texts that are the same.
 */
export interface RecallSnapshots {
  /** A new index, with the vectors of its snapshot where there is a sound one. */
  readonly openIndex: (scope: RecallScope) => RecallIndex
  /** To be called when the log has been read: what the snapshots knew and the log did not bring goes. */
  forgetUnclaimed(): void
  save(): void
  /** Writes a swarm's snapshots again, once the memory view has dropped a subject. */
  readonly forgetter: Forgetter
}

export interface RecallSnapshotOptions {
  /** Nothing is kept where it is left out. */
  readonly folder: string | undefined
  readonly embedder: Embedder
  readonly logger: Logger
}

export function createRecallSnapshots(options: RecallSnapshotOptions): RecallSnapshots {
  const { folder, embedder, logger } = options
  const opened = new Map<string, { readonly scope: RecallScope; readonly index: RecallIndex }>()
  const saveOne = (name: string, index: RecallIndex): void => {
    if (folder !== undefined) index.saveSnapshot(folderOf(folder, name))
  }
  return {
    openIndex: (scope) => {
      const name = JSON.stringify([scope.swarm, scope.run])
      const index = createRecallIndex({ embedder, scope: name })
      // A view that was dropped asks again: the index before is no longer asked anything.
      opened.set(name, { scope, index })
      if (folder === undefined) return index
      try {
        index.loadSnapshot(folderOf(folder, name))
        return index
      } catch (error) {
        if (!isWaggleError(error)) throw error
        logger.warn(
          { err: error },
          'A snapshot of recall is not used: its texts are embedded again',
        )
        const fresh = createRecallIndex({ embedder, scope: name })
        opened.set(name, { scope, index: fresh })
        return fresh
      }
    },
    forgetUnclaimed: () => {
      for (const { index } of opened.values()) index.forgetUnclaimed()
    },
    save: () => {
      for (const [name, { index }] of opened) saveOne(name, index)
    },
    forgetter: {
      name: 'recall-snapshots',
      forget: async (swarm) => {
        const ofSwarm = [...opened].filter(([, { scope }]) => scope.swarm === swarm)
        for (const [name, { index }] of ofSwarm) saveOne(name, index)
        return folder === undefined ? 0 : ofSwarm.length
      },
    },
  }
}

/** Names of swarms may hold what a file system takes for a path. */
function folderOf(folder: string, name: string): string {
  return join(folder, createHash('sha256').update(name).digest('hex').slice(0, 32))
}
