import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, WaggleError } from '@waggle/base'

/** A hold on the folder in which a bus or a service keeps its views; the end of the process ends it, however it comes. */
export interface DataHold {
  release(): void
}

/**
 * Who holds a folder:
 *
 *   bus        any number at a time, for they share the log; a service of a cluster, too
 *   exchange   of what a start of a bus reads: alone, and no bus meanwhile
 *   rebuild    one at a time, beside buses: two would build in the same place
 */
export type Holder = 'bus' | 'exchange' | 'rebuild'

const FILES = { bus: 'in-use.lock', exchange: 'in-use.lock', rebuild: 'rebuild.lock' } as const

const REFUSALS = {
  bus: 'a view of it is exchanged',
  exchange: 'a bus or a service runs on it; stop it first',
  rebuild: 'another rebuild runs on it',
} as const

const SQLITE_BUSY = 5

/**
 * The lock is that of an empty SQLite file (https://sqlite.org/lockingv3.html, SHARED and EXCLUSIVE): the operating
 * system's, so no kill leaves it behind. VIEW_UNAVAILABLE where it is held by one that this one cannot go with.
 */
export function holdData(dataDir: string, holder: Holder): DataHold {
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(join(dataDir, FILES[holder]))
    file.exec(holder === 'bus' ? 'BEGIN' : 'BEGIN EXCLUSIVE')
    // Only a read takes the shared lock.
    if (holder === 'bus') file.prepare('SELECT count(*) FROM sqlite_schema').get()
    const held = file
    return { release: () => held.close() }
  } catch (cause) {
    file?.close()
    const isHeld = (cause as { errcode?: number }).errcode === SQLITE_BUSY
    const why = isHeld ? `is in use: ${REFUSALS[holder]}` : `cannot be locked: ${messageOf(cause)}`
    throw new WaggleError('VIEW_UNAVAILABLE', `${dataDir} ${why}`, { cause, input: dataDir })
  }
}
