import type { LogRecordJson } from '@waggle/api'
import { client } from '../../app/client.ts'
import type { Search } from '../../app/url.ts'
import { filterEvents } from './filter-events.ts'
import { askedOf, placeOf, type LogScope } from './log-place.ts'

export interface LogView {
  /** Newest first. */
  readonly records: readonly LogRecordJson[]
  /** The places at both ends; null where there is nothing more. */
  readonly older: string | null
  readonly newer: string | null
  /** Records the filter looked at, and those it failed on. */
  readonly looked: number
  readonly failed: number
  readonly firstFailure: string | null
}

const PAGE = 200
const BATCH = 1000
const BATCHES_MAX = 20

/** A page of the log; with a filter, batches are read until it has kept enough or has looked at 20,000 records. */
export async function readLogPage(
  scope: LogScope,
  search: Search,
  signal: AbortSignal,
): Promise<LogView> {
  const filter = search['filter']
  const { from, direction } = placeOf(search)
  const kept: LogRecordJson[] = []
  let asked = askedOf(scope, search, filter === undefined ? PAGE : BATCH)
  let next: string | null = null
  let looked = 0
  let failed = 0
  let firstFailure: string | null = null
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const { data } = await client.call('log', asked, signal)
    const { records } = data
    next = data.next
    looked += records.length
    if (filter === undefined) kept.push(...records)
    else if (records.length > 0) {
      const answer = await filterEvents(filter, records, signal)
      kept.push(...records.filter((_, index) => answer.kept[index]))
      failed += answer.failed
      firstFailure ??= answer.firstFailure
    }
    // Without a filter a page may be empty, too: the gateway bounds what it looks at.
    if (next === null || kept.length >= (filter === undefined ? 1 : PAGE)) break
    asked = { ...asked, from: next }
  }
  const isOlder = direction === 'older'
  return {
    records: isOlder ? kept : kept.toReversed(),
    older: isOlder ? next : (from ?? null),
    newer: isOlder ? (from ?? null) : next,
    looked,
    failed,
    firstFailure,
  }
}

/** The place before the first record of a page that was asked for by a time: its end, and as many records back. */
export async function placeBefore(
  scope: LogScope,
  search: Search,
  { newer, looked }: LogView,
): Promise<string | undefined> {
  if (looked === 0) return undefined
  const { look: _, since: __, from: ___, ...filters } = search
  const end = newer === null ? {} : { from: newer }
  const { data } = await client.call('log', askedOf(scope, { ...filters, ...end }, looked))
  return data.next ?? undefined
}
