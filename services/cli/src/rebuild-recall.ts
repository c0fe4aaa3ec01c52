import { existsSync } from 'node:fs'
import { WaggleError } from '@waggle/base'
import { diffRows, removeWhole, type RowDifference, type ViewFolders } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { buildRecall, recallRows } from '@waggle-services/embedded'
import type { Vault } from '@waggle/vault'
import type { OpenedLog } from './open-log.ts'
import { feedTo } from './rebuild-feed.ts'
import { alone, folderSteps, type FolderTarget } from './rebuild-folders.ts'
import type { Built, ShadowOptions } from './rebuild-target.ts'

export interface RecallTargetOptions {
  readonly data: string
  readonly folders: ViewFolders
  readonly source: OpenedLog
  readonly vault: Vault | undefined
}

/**
 * The vectors of memory's recall indexes, which a start takes up for texts that are the same. A row is a text that can be
 * recalled. No bus may run, for the texts are opened.
 */
export function recallTarget({ data, folders, source, vault }: RecallTargetOptions): FolderTarget {
  const build = async ({ resume, onProgress }: ShadowOptions): Promise<Built> => {
    if (!existsSync(folders.live))
      throw new WaggleError('NOT_FOUND', `${data} has no recall indexes: a start makes them`)
    if (!resume) removeWhole(folders.shadow)
    const shadow = { ...source, vault, folder: folders.shadow }
    return buildRecall(shadow, async (projection) => {
      const ends = await source.log.ends(partitionsOf(source.log, projection.topics))
      return feedTo(source, projection, ends, onProgress)
    })
  }
  const ready = async (): Promise<void> => {
    await build({ resume: true, onProgress: () => {} })
  }
  return {
    name: 'recall',
    shadow: (options) => alone(data, () => build(options)),
    diff: () =>
      alone(data, async () => {
        await ready()
        return differences(folders)
      }),
    ...folderSteps(data, folders, ready),
  }
}

/** What only the shadow has is no difference: the indexes were put away before it was said. */
function* differences({ live, shadow }: ViewFolders): Generator<RowDifference> {
  const { rows, damaged } = recallRows(live)
  for (const name of damaged)
    yield { is: 'changed', key: `recall/${name}`, live: 'damaged', shadow: 'whole' }
  for (const difference of diffRows(rows, recallRows(shadow).rows))
    if (difference.is !== 'added') yield difference
}
