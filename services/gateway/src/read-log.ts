import type { Freshness, Past, ReadQuery } from '@waggle/api'
import { isWaggleError, WaggleError, type Micros } from '@waggle/base'
import { emptyAdmission, readBatches, type KnownEvent } from '@waggle/consume'
import { EVENT_TOPICS, isForkRun, positionText, type Position } from '@waggle/event'
import { createRunLog, lineageOf } from '@waggle/fork'
import { partitionsOf, type EventLog } from '@waggle/log'
import { cutOf, replayTerm, type AsOf, type Term, type TermOptions } from '@waggle/replay'
import type { GatewayBus } from './gateway-bus.ts'
import { asOfIn, positionsOf, tokenOfEnds } from './read-scope.ts'

type LogBus = Pick<GatewayBus, 'log' | 'codec' | 'trajectories' | 'clock'>

/** One run of a swarm as replay reads it. */
export type RunSource = Pick<TermOptions, 'log' | 'codec' | 'swarm' | 'run' | 'index' | 'judgments'>

/** Of a fork: its own events and those it began with, without an index. NOT_FOUND for a fork that nobody made. */
export async function runSourceOf(
  { log, codec, trajectories: index }: LogBus,
  swarm: string,
  run: string | null,
): Promise<RunSource> {
  if (!isForkRun(run)) {
    const indexed = index === undefined ? {} : { index, judgments: index }
    return { log, codec, swarm, run, ...indexed }
  }
  const lineage = await lineageOf({ log, codec }, swarm, run)
  return { log: createRunLog({ log, lineage }), codec, swarm, run }
}

/** What a read of the log itself is about. */
export interface LogRead {
  readonly source: RunSource
  /** A prefix of every partition. */
  readonly ends: readonly Position[]
  readonly at: Micros
  readonly asOf: AsOf | undefined
}

export interface LogReadOptions {
  readonly swarm: string
  readonly query: ReadQuery
  /** All event topics if left out. */
  readonly topics?: readonly string[]
}

/** Opens a read of a run, as it stands or stood; waits for `after`, which the log may not have yet (VIEW_STALE). */
export async function openLogRead(
  bus: LogBus,
  { swarm, query, topics = EVENT_TOPICS }: LogReadOptions,
): Promise<LogRead> {
  const run = query.run === undefined || query.run === 'live' ? null : query.run
  const asOf = asOfIn(query, bus.log)
  if (query.after !== undefined)
    await waitForLog(bus, positionsOf(query.after, 'after'), Number(query.timeout_ms ?? 5000))
  const source = await runSourceOf(bus, swarm, run)
  const all = await bus.log.ends(partitionsOf(bus.log, topics))
  const { at, ends } = cutOf(asOf ?? Infinity, all)
  return { source, ends, at, asOf }
}

/** Its events in the order known; none of the rest is decoded. */
export function eventsOf(
  { source, ends, at }: LogRead,
  wanted: Pick<TermOptions, 'kinds' | 'where' | 'start'>,
  term?: Term,
): AsyncGenerator<KnownEvent[]> {
  const asOf = at === Infinity ? {} : { asOf: at }
  return replayTerm({ ...source, ...wanted, ...asOf, ends }, term)
}

/** How fresh an answer is that rests on these events, and which past it is of. */
export async function saidBy(
  { source, ends, at, asOf }: LogRead,
  events: readonly { readonly position: Position }[],
): Promise<{ freshness: Freshness; past?: Past }> {
  if (asOf === undefined) return { freshness: { position: tokenOfEnds(ends), age_ms: 0 } }
  // Behind the last one of each partition, no other answers the question before the cut.
  const last = new Map<string, Position>()
  for (const { position } of events) {
    const name = `${position.topic}/${position.partition}`
    const known = last.get(name)
    if (known === undefined || known.offset <= position.offset)
      last.set(name, { ...position, offset: position.offset + 1n })
  }
  const position = typeof asOf === 'number' ? tokenOfEnds([...last.values()]) : tokenOfEnds(ends)
  const sealed = at === Infinity || (await isSealed(source, ends, at))
  const as_of = typeof asOf === 'number' ? asOf : null
  return { freshness: { position, age_ms: 0 }, past: { as_of, sealed, position } }
}

/** Whether the run's clock is past the time in each of these partitions, so that no later append is known by then. */
async function isSealed(
  { log, codec, judgments, run }: RunSource,
  ends: readonly Position[],
  at: Micros,
): Promise<boolean> {
  for (const end of ends) {
    const prefix = await judgments?.of(end)
    let admission = prefix?.admission ?? emptyAdmission()
    const isPast = (): boolean => (admission.watermarks.get(run ?? '') ?? -Infinity) > at
    if (isPast()) continue
    const start = { nextOffset: BigInt(prefix?.nextOffset ?? 0), admission }
    for await (const batch of readBatches({ log, codec }, end, start)) {
      admission = batch.admission
      if (isPast()) break
    }
    if (!isPast()) return false
  }
  return true
}

/** Resolves once the log holds these records; VIEW_STALE after `timeoutMs`. */
async function waitForLog(
  { log, clock }: Pick<LogBus, 'log' | 'clock'>,
  after: readonly Position[],
  timeoutMs: number,
): Promise<void> {
  const missing = await missingFrom(log, after)
  if (missing.length === 0) return
  const done = new AbortController()
  const late = clock.sleep(timeoutMs, done.signal).catch(() => {})
  void late.then(() => done.abort())
  const open = new Set(missing.map(positionText))
  try {
    const from = await log.ends(missing)
    for await (const { records } of log.tail(from, { signal: done.signal, maxRecords: 1000 })) {
      for (const record of records) open.delete(positionText(record))
      if (open.size === 0) return
    }
  } catch (error) {
    if (!done.signal.aborted || isWaggleError(error)) throw error
  } finally {
    done.abort()
  }
  const [text] = open
  throw new WaggleError('VIEW_STALE', `The log did not reach ${text} within ${timeoutMs} ms`)
}

async function missingFrom(log: EventLog, after: readonly Position[]): Promise<Position[]> {
  const ends = await log.ends(after)
  return after.filter((position, index) => ends[index]!.offset <= position.offset)
}
