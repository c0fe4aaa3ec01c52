import { Redis } from 'ioredis'
import type { Codec } from '@waggle/codec'
import type { Projection } from '@waggle/consume'
import { EVENT_TOPICS, isForkRun, positionText } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import type { AnalyticsView } from '@waggle/view-analytics'

/** Everything a store holds, thing by thing, and the run each belongs to; undefined where it belongs to none. */
export type StoreDump = ReadonlyMap<string, { readonly value: string; readonly run: Run }>
type Run = string | null | undefined

/** What a fork did outside of itself: things changed, gone, or come under another run. Empty is as it should be. */
export function outsideForks(before: StoreDump, after: StoreDump): string[] {
  const found: string[] = []
  for (const [key, { value }] of before) {
    const now = after.get(key)
    if (now === undefined) found.push(`gone: ${key}`)
    else if (now.value !== value) found.push(`changed: ${key}: ${value} -> ${now.value}`)
  }
  for (const [key, { run }] of after) {
    if (!before.has(key) && !isForkRun(run ?? null)) found.push(`come: ${key} of ${run ?? 'live'}`)
  }
  return found
}

/** Every record of every topic to the byte, dead letters and schemas too. */
export async function dumpLog(log: EventLog, codec: Codec): Promise<StoreDump> {
  const dump = new Map<string, { value: string; run: Run }>()
  const events = new Set<string>(EVENT_TOPICS)
  for (const end of await log.ends(partitionsOf(log, Object.keys(log.topics)))) {
    for (let { offset } = { offset: 0n }; offset < end.offset;) {
      const records = await log.read({ ...end, offset }, 10_000)
      if (records.length === 0) break
      for (const { key, value, headers, appendedAt, ...at } of records) {
        const run = events.has(at.topic) ? (await codec.decode(value)).run : undefined
        const text = JSON.stringify([key, value.toString('base64'), headers, appendedAt])
        dump.set(positionText(at), { value: text, run })
      }
      offset = records.at(-1)!.offset + 1n
    }
  }
  return dump
}

/** Every row of views that tell them; of the others the digest. The paths of rows name their run. */
export async function dumpViews(projections: readonly Projection[]): Promise<StoreDump> {
  const dump = new Map<string, { value: string; run: Run }>()
  for (const projection of projections) {
    const { name } = projection
    if (projection.rows === undefined)
      dump.set(name, { value: await projection.digest(), run: undefined })
    else
      for (const { key, value } of projection.rows())
        dump.set(`${name} ${key}`, { value, run: runNamed(key) })
  }
  return dump
}

/** Every row of every table. */
export async function dumpTables({ query }: Pick<AnalyticsView, 'query'>): Promise<StoreDump> {
  const dump = new Map<string, { value: string; run: Run }>()
  const tables = await query<{ table: string; of_run: number }>(
    `SELECT table, max(name = 'run') AS of_run FROM system.columns WHERE database = currentDatabase()
     AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')
     GROUP BY table HAVING max(name = '_offset') ORDER BY table`,
  )
  for (const { table, of_run: ofRun } of tables) {
    for (const row of await query<Record<string, unknown>>(`SELECT * FROM ${table} FINAL`)) {
      const run = ofRun ? (row['run'] as string | null) : undefined
      const key = `${table} ${String(row['_partition'])}@${String(row['_offset'])}`
      dump.set(key, { value: JSON.stringify(row), run })
    }
  }
  return dump
}

/** Every key as Redis serializes it, but how far each partition was read: that is of all runs. */
export async function dumpRedis(endpoint: { host: string; port: number }): Promise<StoreDump> {
  const redis = new Redis({ ...endpoint, lazyConnect: true })
  await redis.connect()
  try {
    const dump = new Map<string, { value: string; run: Run }>()
    for (const key of await redis.keys('*')) {
      if (key.endsWith(':position')) continue
      const value = (await redis.dumpBuffer(key))?.toString('base64') ?? ''
      dump.set(key, { value, run: runNamed(key) })
    }
    return dump
  } finally {
    redis.disconnect()
  }
}

/** Of a path or a key with its parts percent-encoded, or not. */
function runNamed(path: string): string | undefined {
  const [, run] = /(?:^|[/: ])(fork(?::|%3A)[^/: ]+)/.exec(path) ?? []
  return run === undefined ? undefined : decodeURIComponent(run)
}
