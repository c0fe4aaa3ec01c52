import { join } from 'node:path'
import { viewFolders, type ViewFolders } from '@waggle/consume'
import { analyticsPath, recallPath, snapshotPath } from './config.ts'

/** What an embedded bus keeps of its views; memory and the vectors of its recall indexes apart. */
export type KeptView = 'analytics' | 'coordination' | 'hot' | 'memory' | 'recall'

/** What a start of the bus reads of each view. */
export function keptViews(dataDir: string): Readonly<Record<KeptView, ViewFolders>> {
  const config = { dataDir }
  return {
    analytics: viewFolders(analyticsPath(config)),
    coordination: viewFolders(join(snapshotPath(config), 'coordination')),
    hot: viewFolders(join(snapshotPath(config), 'hot-view')),
    memory: viewFolders(join(snapshotPath(config), 'memory')),
    recall: viewFolders(recallPath(config)),
  }
}
