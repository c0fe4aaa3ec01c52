import { isWaggleError } from '@waggle/base'
import type { RowDifference } from '@waggle/consume'
import type { FolderTarget } from './rebuild-folders.ts'
import type { Built } from './rebuild-target.ts'

/**
 * Parts of one view that are whole each on its own, as one: a part of which there is nothing (NOT_FOUND) is left out, all
 * of them are not. A kill between two parts leaves the step done for one of them; repeating it does the other.
 */
export function jointTarget(name: string, parts: readonly FolderTarget[]): FolderTarget {
  const ofThose = async <T>(step: (part: FolderTarget) => Promise<T>): Promise<T[]> => {
    const done: T[] = []
    let missing: unknown
    for (const part of parts) {
      try {
        done.push(await step(part))
      } catch (error) {
        if (!isWaggleError(error, 'NOT_FOUND')) throw error
        missing = error
      }
    }
    if (done.length === 0) throw missing
    return done
  }
  return {
    name,
    shadow: async (options) => sum(await ofThose((part) => part.shadow(options))),
    diff: async () => chained(await ofThose((part) => part.diff())),
    switch: async () => void (await ofThose((part) => part.switch())),
    rollback: async () => void (await ofThose((part) => part.rollback())),
    dropOld: async () => {
      const dropped = await ofThose((part) => part.dropOld())
      return dropped.reduce((total, count) => total + count, 0)
    },
  }
}

function sum(built: readonly Built[]): Built {
  return built.reduce((total, { records, refused }) => ({
    records: total.records + records,
    refused: total.refused + refused,
  }))
}

async function* chained(
  parts: readonly (Iterable<RowDifference> | AsyncIterable<RowDifference>)[],
): AsyncGenerator<RowDifference> {
  for (const part of parts) yield* part
}
