import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WaggleError } from '@waggle/base'
import { diffRows, feedProjection, type RowDifference, type ViewRow } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { createAnalyticsProjection, partitionHashes } from '@waggle/view-analytics'
import { z } from 'zod'
import { openLog, type OpenedLog } from './open-log.ts'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'
import { mend, rollbackFolders, switchFolders, viewFolders } from './view-folders.ts'

export const REBUILD_USAGE = `waggle rebuild analytics --data DIR [--shadow] [--diff] [--switch] [--rollback] [--json]

Builds the ClickHouse tables of an embedded bus again, from the start of the log, beside those there are. Goes on
where it was broken off. Without any of the first three it does all of them.

  --shadow    builds; the bus may run meanwhile
  --diff      then compares, by table and partition of the log; the bus must be stopped from here on
  --switch    then takes the new tables for the old ones, which are kept
  --rollback  takes the kept ones back; nothing else is done

The views in process are made anew at every start, and those of Redis and of the trajectory index when their version
changes.

Exit code: 0 done, 1 the tables differ, 2 bad arguments, 3 nothing to go back to, 5 the bus still runs, or the log
cannot be reached.
`

const flag = z.boolean().default(false)
const schema = z.strictObject({
  data: z.string().min(1),
  shadow: flag,
  diff: flag,
  switch: flag,
  rollback: flag,
  json: flag,
})

interface Rebuilt {
  readonly differences: readonly RowDifference[]
  readonly refused: number
  readonly switched: boolean
}

export async function runRebuild(
  [view, ...argv]: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  if (view !== 'analytics')
    throw new WaggleError('CONFIG_INVALID', `${view ?? 'Nothing'}: only analytics can be rebuilt`)
  const flags = ['shadow', 'diff', 'switch', 'rollback', 'json']
  const wanted = parseOptions(argv, schema, flags)
  const folders = viewFolders(join(wanted.data, 'clickhouse'))
  const steps = wanted.shadow || wanted.diff || wanted.switch
  if (wanted.rollback && steps)
    throw new WaggleError('CONFIG_INVALID', '--rollback: goes with no other step')
  const say = (what: object, text: string): void =>
    void out.write(wanted.json ? `${JSON.stringify(what)}\n` : text)
  mend(folders)
  if (wanted.rollback) {
    await assertFree(folders.live)
    rollbackFolders(folders)
    say({ rolledBack: true }, 'The tables before the last switch are back\n')
    return 0
  }
  const opened = await openLog(wanted.data, environment)
  try {
    const { refused, rows } = await build(opened, folders.shadow)
    const diff = wanted.diff || !steps
    const differences = diff ? [...diffRows(await rowsIn(folders.live), rows)] : []
    const switched = wanted.switch || !steps
    if (switched) {
      await assertFree(folders.live)
      switchFolders(folders)
    }
    const rebuilt = { differences, refused, switched }
    say(rebuilt, linesOf(rebuilt, diff))
    return differences.length === 0 ? 0 : 1
  } finally {
    await opened.log.close()
  }
}

/** Everything in the log into the tables of a folder, from where they are. */
async function build(
  source: OpenedLog,
  folder: string,
): Promise<{ refused: number; rows: ViewRow[] }> {
  return withStore(folder, async (store) => {
    const projection = createAnalyticsProjection(store)
    const ends = await source.log.ends(partitionsOf(source.log, projection.topics))
    const refused = await feedProjection(source, projection, ends)
    return { refused: refused.length, rows: await partitionHashes(store) }
  })
}

async function rowsIn(folder: string): Promise<ViewRow[]> {
  return existsSync(folder) ? withStore(folder, partitionHashes) : []
}

/** VIEW_UNAVAILABLE while another process has it open. */
async function assertFree(folder: string): Promise<void> {
  if (existsSync(folder)) await withStore(folder, async () => {})
}

async function withStore<T>(
  folder: string,
  use: (store: Parameters<typeof partitionHashes>[0]) => Promise<T>,
): Promise<T> {
  const { openChdbStore } = await import('@waggle/view-analytics/chdb')
  const store = await openChdbStore(folder)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

function linesOf({ differences, refused, switched }: Rebuilt, compared: boolean): string {
  const lines = differences.map((one) => {
    if (one.is === 'added') return `added    ${one.key}: ${one.shadow}`
    if (one.is === 'removed') return `removed  ${one.key}: ${one.live}`
    return `changed  ${one.key}: ${one.live} -> ${one.shadow}`
  })
  if (compared) lines.push(`${differences.length} differences`)
  if (refused > 0) lines.push(`${refused} records are refused by the tables`)
  lines.push(switched ? 'The new tables are in place; --rollback takes the old ones' : 'Built')
  return `${lines.join('\n')}\n`
}
