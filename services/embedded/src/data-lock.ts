import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { WaggleError } from '@waggle/base'

/** A hold on the folder of an embedded bus; the end of the process ends it, however it comes. */
export interface DataHold {
  release(): void
}

const FILE = 'in-use.lock'

/**
 * Buses hold the folder together, for they share the log; whoever exchanges what a start reads holds it alone. The
 * lock is that of an empty SQLite file (https://sqlite.org/lockingv3.html, SHARED and EXCLUSIVE): the operating
 * system's, so no kill leaves it behind. VIEW_UNAVAILABLE where the other kind is held.
 */
export function holdData(dataDir: string, how: 'shared' | 'alone'): DataHold {
  const file = new DatabaseSync(join(dataDir, FILE))
  try {
    if (how === 'alone') file.exec('BEGIN EXCLUSIVE')
    else {
      file.exec('BEGIN')
      // Only a read takes the shared lock.
      file.prepare('SELECT count(*) FROM sqlite_schema').get()
    }
  } catch (cause) {
    file.close()
    const who = how === 'alone' ? 'a bus runs on it; stop it first' : 'a view of it is exchanged'
    throw new WaggleError('VIEW_UNAVAILABLE', `${dataDir} is in use: ${who}`, { cause })
  }
  return { release: () => file.close() }
}
