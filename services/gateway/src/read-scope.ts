import { parsePositions, tokenOf, type Freshness, type Past, type ReadQuery } from '@waggle/api'
import { microsOf, WaggleError, type Micros } from '@waggle/base'
import {
  EVENT_TOPICS,
  isForkRun,
  parsePosition,
  partitionName,
  positionText,
  type Position,
} from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import {
  readView,
  type PastReader,
  type PastSources,
  type ReadOptions,
  type ViewSource,
} from '@waggle/query'
import type { AsOf } from '@waggle/replay'
import type { GatewayBus, GatewayPast, Views } from './gateway-bus.ts'
import type { PastReaders } from './past-readers.ts'

/** What a read of a view answers with. */
export interface Read<T> {
  readonly data: T
  readonly freshness: Freshness
  readonly past?: Past
}

/** Who asks about which swarm and run, and as of when; reads of views, live or past, are the same call. */
export interface ReadScope {
  readonly swarm: string
  readonly run: string | null
  /** Undefined for now. */
  readonly asOf: AsOf | undefined
  readonly options: ReadOptions
  view<Name extends keyof Views, T>(
    name: Name,
    read: (view: Views[Name]) => T | Promise<T>,
  ): Promise<Read<T>>
}

export function readScope(
  bus: GatewayBus,
  readers: PastReaders,
  swarm: string,
  query: ReadQuery,
): ReadScope {
  const run = runIn(query)
  const asOf = asOfIn(query, bus.log)
  const options = {
    ...(query.after === undefined ? {} : { after: positionsOf(query.after, 'after') }),
    ...(query.timeout_ms === undefined ? {} : { timeoutMs: Number(query.timeout_ms) }),
  }
  const view: ReadScope['view'] = async (name, read) => {
    if (asOf !== undefined) return readPast(readers.of({ swarm, run }, asOf), name, read)
    if (!isForkRun(run)) return readLive(liveSource(bus, name), read, options)
    // No view that runs has the beginning of a fork: it is folded, as of now.
    const now = await bus.log.ends(partitionsOf(bus.log, EVENT_TOPICS))
    checkThere(options.after ?? [], now)
    const { past: _, ...answer } = await readPast(readers.of({ swarm, run }, now), name, read)
    return answer
  }
  return { swarm, run, asOf, options, view }
}

/** VIEW_STALE for a position that the log has not got. */
function checkThere(after: readonly Position[], ends: readonly Position[]): void {
  const offsets = new Map(ends.map((end) => [partitionName(end), end.offset]))
  const missing = after.find((at) => at.offset >= (offsets.get(partitionName(at)) ?? 0n))
  if (missing === undefined) return
  throw new WaggleError('VIEW_STALE', `The log has not reached ${positionText(missing)}`, {
    input: positionText(missing),
  })
}

function liveSource<Name extends keyof Views>(
  bus: GatewayBus,
  name: Name,
): ViewSource<Views[Name]> {
  const source = bus[name] as ViewSource<Views[Name]> | undefined
  if (source === undefined)
    throw new WaggleError('VIEW_MISCONFIGURED', `This bus keeps no view ${name}`, { input: name })
  return source
}

async function readLive<View, T>(
  source: ViewSource<View>,
  read: (view: View) => T | Promise<T>,
  options: ReadOptions,
): Promise<Read<T>> {
  const { value, freshness } = await readView(source, read, options)
  return {
    data: value,
    freshness: {
      position: tokenOfApplied(freshness.applied),
      age_ms: Math.max(0, freshness.age / 1000),
    },
  }
}

async function readPast<Name extends keyof Views, T>(
  reader: PastReader<GatewayPast>,
  name: Name,
  read: (view: Views[Name]) => T | Promise<T>,
): Promise<Read<T>> {
  const past = reader as unknown as PastReader<PastSources>
  const { value, asOf, sealed, positions } = await past.read(name, (view) =>
    read(view as Views[Name]),
  )
  const position = tokenOfEnds(positions)
  return {
    data: value,
    freshness: { position, age_ms: 0 },
    past: { as_of: typeof asOf === 'number' ? asOf : null, sealed, position },
  }
}

/** The run that is asked about; null is live. */
export function runIn({ run }: { readonly run?: string | undefined }): string | null {
  return run === undefined || run === 'live' ? null : run
}

/**
 * The run that something is written to. INPUT_INVALID for a fork: the views that run count none, so nobody could say
 * here what became of a vote, a lock or a version in it, and what it has is the replay of its parent with one change.
 */
export function writableRunIn(query: { readonly run?: string | undefined }): string | null {
  const run = runIn(query)
  if (!isForkRun(run)) return run
  const what = `${run} is a fork, which says what its parent said with one thing changed. To say more make a fork of it with that change: waggle fork --run ${run} --name NAME --at TIME --change FILE`
  throw new WaggleError('INPUT_INVALID', what, { field: 'run', input: run })
}

/** INPUT_INVALID for a time that is none, a token that is none, or both. */
export function asOfIn(
  { as_of, at }: Pick<ReadQuery, 'as_of' | 'at'>,
  log: EventLog,
): AsOf | undefined {
  if (as_of !== undefined && at !== undefined)
    throw new WaggleError('INPUT_INVALID', 'as_of and at: give one of them', { field: 'at' })
  if (as_of !== undefined) return timeIn(as_of, 'as_of')
  if (at === undefined) return undefined
  const last = new Map(positionsOf(at, 'at').map((one) => [partitionName(one), one.offset]))
  return partitionsOf(log, EVENT_TOPICS).map((partition) => {
    return { ...partition, offset: (last.get(partitionName(partition)) ?? -1n) + 1n }
  })
}

/** Microseconds of a parameter in ISO 8601 or microseconds. */
export function timeIn(text: string, field: string): Micros {
  const time = /^-?\d+$/.test(text) ? Number(text) : microsOf(text)
  if (Number.isSafeInteger(time)) return time
  throw new WaggleError('INPUT_INVALID', `${field}=${text} is no time`, { field, input: text })
}

/** The last included records of a token. */
export function positionsOf(token: string, field: string): Position[] {
  const found = (parsePositions(token) ?? []).map((json) =>
    parsePosition(`${json.topic}/${json.partition}@${json.offset}`),
  )
  if (parsePositions(token) !== undefined) return found.filter((one) => one !== undefined)
  throw new WaggleError('INPUT_INVALID', `${field} is no token`, {
    field,
    input: token.slice(0, 80),
  })
}

/** Next offset by partition -> the token of what is before. */
export function tokenOfApplied(applied: ReadonlyMap<string, bigint>): string {
  return tokenOf(
    [...applied]
      .filter(([, next]) => next > 0n)
      .map(([name, next]) => {
        const slash = name.lastIndexOf('/')
        const partition = Number(name.slice(slash + 1))
        return { topic: name.slice(0, slash), partition, offset: String(next - 1n) }
      }),
  )
}

/** Ends of partitions -> the token of what is before. */
export function tokenOfEnds(ends: readonly Position[]): string {
  return tokenOfApplied(new Map(ends.map((end) => [partitionName(end), end.offset])))
}
