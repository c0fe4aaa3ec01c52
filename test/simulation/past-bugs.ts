import type { Snapshots } from '@waggle/consume'
import { projectAsOf } from '@waggle/replay'
import { partitionsOf } from '@waggle/log'
import { eventTimeCut, type Fold } from '../support/past-answers.ts'
import type { Bug } from './bugs.ts'

/** How the past is read with a bug in it. */
const FOLDS: Partial<Record<Bug, Fold>> = {
  'cuts-by-event-time': async (make, options) => {
    const { sealed, positions } = await projectAsOf(make, options)
    return { ...(await eventTimeCut(make, options)), sealed, positions }
  },
  'seals-early': async (make, options) => {
    const past = await projectAsOf(make, options)
    const { log, asOf } = options
    const ends = await log.ends(past.positions)
    const some = ends.some(({ offset }, index) => offset > past.positions[index]!.offset)
    return { ...past, sealed: past.sealed || (typeof asOf === 'number' && some) }
  },
  'names-the-ends': async (make, options) => {
    const past = await projectAsOf(make, options)
    const { log } = options
    return { ...past, positions: await log.ends(partitionsOf(log, make().topics)) }
  },
}

export function foldWith(bug: Bug | undefined): Fold {
  return (bug === undefined ? undefined : FOLDS[bug]) ?? projectAsOf
}

export function snapshotsWith(bug: Bug | undefined, snapshots: Snapshots): Snapshots {
  if (bug !== 'later-snapshots') return snapshots
  return { ...snapshots, restore: (projection) => snapshots.restore(projection) }
}
