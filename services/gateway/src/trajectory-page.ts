import { WaggleError, type Clock } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { partitionName, type Kind, type Position, type TopicPartition } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { missingOf, ReplaySession, replayTerm, type ReplayQuery, type Term } from '@waggle/replay'
import { findEvents } from './causes.ts'
import type { LogRead } from './read-log.ts'

export interface TrajectoryQuestion {
  readonly of: Term | undefined
  readonly kinds: readonly Kind[] | undefined
  /** Known from this time on, and at this time at the latest; in microseconds. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly resume: string | undefined
  readonly limit: number
}

export interface TrajectoryPage {
  readonly events: readonly { readonly known: KnownEvent; readonly depth: number }[]
  readonly gaps: readonly { readonly session: string; readonly from: number; readonly to: number }[]
  readonly next: string | undefined
}

/** A page of what is asked for, in the order known; goes on where the token of the page before was taken. */
export async function readTrajectory(
  read: LogRead,
  clock: Clock,
  question: TrajectoryQuestion,
): Promise<TrajectoryPage> {
  const { source } = read
  const { resume, limit } = question
  const session = await ReplaySession.open({
    ...source,
    log: endingAt(source.log, read.ends),
    clock,
    query: queryOf(read, question),
    ...(resume === undefined ? {} : { resume }),
  })
  const events: KnownEvent[] = []
  while (events.length < limit) {
    const known = await session.next()
    if (known === undefined) break
    events.push(known)
  }
  const { token } = session
  const isOver = events.length < limit || (await session.next()) === undefined
  const depths = await depthsOf(read, events)
  return {
    events: events.map((known, index) => ({ known, depth: depths[index]! })),
    gaps: resume === undefined ? await gapsOf(read, events) : [],
    next: isOver ? undefined : token,
  }
}

function queryOf(
  { source: { swarm, run }, at }: LogRead,
  { of, kinds, from, to = Infinity }: TrajectoryQuestion,
): ReplayQuery {
  const until = Math.min(at, to)
  return {
    swarm,
    run,
    ...(of === undefined ? {} : { of }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(from === undefined ? {} : { from }),
    ...(until === Infinity ? {} : { to: until }),
  }
}

/** A log that ends where it ended then. */
function endingAt(log: EventLog, ends: readonly Position[]): EventLog {
  const known = new Map(ends.map((end) => [partitionName(end), end]))
  return {
    topics: log.topics,
    supports: log.supports,
    ...(log.blocks === undefined ? {} : { blocks: log.blocks }),
    append: () => Promise.reject(new WaggleError('LOG_CLOSED', 'A log of the past takes nothing')),
    read: (from, most) => log.read(from, most),
    tail: (from, options) => log.tail(from, options),
    ends: async (at: readonly TopicPartition[]) =>
      at.map((one) => known.get(partitionName(one)) ?? { ...one, offset: 0n }),
    close: async () => {},
  }
}

/** Causes of a page that stand before it are looked for one by one; without an index that reads the log each time. */
const LOOK_UPS = 200
const LOOK_UPS_UNINDEXED = 20
const UNINDEXED_MAX = 50_000n

/** How many causes each has before it, as far as the run has them; in a long log without an index, as far as the page. */
async function depthsOf(read: LogRead, events: readonly KnownEvent[]): Promise<number[]> {
  const depths = new Map<string, number>()
  const causes = new Map<string, string | null | undefined>(
    events.map(({ event }) => [event.id, event.cause]),
  )
  const isShort = recordsOf(read) <= UNINDEXED_MAX
  let lookUps = read.source.index !== undefined ? LOOK_UPS : isShort ? LOOK_UPS_UNINDEXED : 0
  const causeOf = async (id: string): Promise<string | null | undefined> => {
    if (causes.has(id) || lookUps-- <= 0) return causes.get(id)
    const [found] = await findEvents(read, { id }, 1)
    causes.set(id, found?.event.cause)
    return causes.get(id)
  }
  for (const { event } of events) {
    const chain: string[] = []
    const seen = new Set<string>()
    // Up to the first cause, one whose depth is known, or one that the run does not have.
    let at: string | null | undefined = event.id
    while (at !== null && at !== undefined && !depths.has(at) && !seen.has(at)) {
      const cause: string | null | undefined = await causeOf(at)
      if (cause === undefined) break
      seen.add(at)
      chain.push(at)
      at = cause
    }
    const above = at === null || at === undefined ? -1 : (depths.get(at) ?? -1)
    chain.toReversed().forEach((id, index) => depths.set(id, above + 1 + index))
  }
  return events.map(({ event }) => depths.get(event.id) ?? 0)
}

/** Agents whose events are counted, and records of the log that they are looked for in without an index. */
const AGENTS_MAX = 16
const RECORDS_MAX = 1_000_000n

/**
 * Numbers that the sessions of these events lack, whatever is chosen of them: a producer counts over all it says. Nothing
 * is decoded for it. A hole counts only where a later number is in the log, then or since.
 */
async function gapsOf(
  read: LogRead,
  events: readonly KnownEvent[],
): Promise<TrajectoryPage['gaps']> {
  const agents = [...new Set(events.map(({ event }) => event.agent))]
  const records = recordsOf(read)
  const { source } = read
  if (agents.length > AGENTS_MAX || (source.index === undefined && records > RECORDS_MAX)) return []
  const seqs = new Map(events.map(({ event }) => [event.session, [] as number[]]))
  for (const agent of agents) {
    const where = ({ session, seq }: { session: string; seq: number }): boolean => {
      seqs.get(session)?.push(seq)
      return false
    }
    for await (const _none of replayTerm({ ...source, where }, { agent }));
  }
  return [...seqs].flatMap(([session, found]) =>
    missingOf(found).map(({ from, to }) => ({ session, from, to })),
  )
}

function recordsOf({ ends }: LogRead): bigint {
  return ends.reduce((sum, { offset }) => sum + offset, 0n)
}
