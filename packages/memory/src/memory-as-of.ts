import { projectAsOf, type AsOfOptions, type PastView } from '@waggle/replay'
import { createLateIndex } from './late-index.ts'
import { createMemoryProjection, type MemoryProjectionOptions } from './project-memory.ts'
import type { MemoryView } from './memory-view.ts'
import { createReadBack } from './read-back.ts'

export type MemoryAsOfOptions = Omit<AsOfOptions, 'topics'> &
  Pick<MemoryProjectionOptions, 'indexedKinds' | 'openIndex' | 'retention' | 'vault'>

export type MemoryAsOf = PastView<MemoryView>

/**
 * Memory as it stood when only what was known then was known, however long ago, rebuilt from the log; its clock stands
 * at the last event before. What was erased since is not in it: an erasure is for all times. Snapshots are of this past
 * alone (view `memory-past`): a live view has let go of what is old.
 */
export function memoryAsOf(options: MemoryAsOfOptions): Promise<MemoryAsOf> {
  const { topics } = options.log
  const { openIndex: open, ...rest } = options
  const readBack = createReadBack(options)
  const index: Pick<MemoryProjectionOptions, 'openIndex'> =
    open === undefined ? {} : { openIndex: (scope) => createLateIndex(() => open(scope)) }
  const make = () => createMemoryProjection({ ...rest, ...index, topics, readBack, ageless: true })
  return projectAsOf(make, options)
}
