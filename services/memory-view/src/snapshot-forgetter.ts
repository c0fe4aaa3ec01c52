import type { RecallIndexes, RecallScope } from '@waggle/recall'
import type { Forgetter } from './project-erasures.ts'

/**
 * Writes the snapshots of a swarm's recall indexes again, in every run: the memory view has dropped the subject from
 * the indexes by then, so the new ones hold neither its vectors nor the hashes of its texts. Says how many were written.
 */
export function snapshotForgetter(
  indexes: Pick<RecallIndexes, 'scopes' | 'of'>,
  folderOf: (scope: RecallScope) => string,
): Forgetter {
  return {
    name: 'recall-snapshots',
    forget: async (swarm) => {
      const scopes = indexes.scopes().filter((scope) => scope.swarm === swarm)
      for (const scope of scopes) indexes.of(scope).saveSnapshot(folderOf(scope))
      return scopes.length
    },
  }
}
