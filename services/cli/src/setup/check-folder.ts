import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '@waggle/base'
import { holdData } from '@waggle/consume'
import { wants, type Check } from './check.ts'

const FREE_BYTES = 1024 ** 3

/** Whether a bus can live in a folder: room, rights, and nobody else in it. */
export function folderChecks(folder: string): readonly Check[] {
  return [
    {
      name: 'disk',
      needed: true,
      fix: `Free some space, or put --data elsewhere: a full disk stops every append`,
      look: async () => {
        const there = existing(folder)
        const { bavail, bsize } = await statfs(there)
        const text = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free in ${there}`
        return wants(bavail * bsize >= FREE_BYTES, text)
      },
    },
    {
      name: 'folder',
      needed: true,
      fix: `Give this user the folder (chown, chmod u+rwx), or put --data where it may write`,
      look: () => {
        const there = existing(folder)
        rmSync(mkdtempSync(join(there, '.waggle-doctor-')), { recursive: true })
        return `${there} can be written`
      },
    },
    {
      name: 'bus in the folder',
      needed: false,
      fix: 'Ask that bus through its gateway (waggle contexts add with the address it printed), or stop it first',
      look: () => {
        if (!existsSync(join(folder, 'log'))) return 'none yet'
        try {
          holdData(folder, 'exchange').release()
        } catch (error) {
          // Without the advice of the error: this check has its own.
          throw new Error(messageOf(error).split('. ')[0], { cause: error })
        }
        return 'none runs'
      },
    },
  ]
}

/** The folder, or the nearest above it that is there already. */
function existing(folder: string): string {
  let there = resolve(folder)
  while (!existsSync(there)) there = dirname(there)
  return there
}
