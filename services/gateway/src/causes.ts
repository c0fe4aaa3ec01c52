import { WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import {
  comparePositions,
  parsePosition,
  positionText,
  topicOf,
  type Position,
} from '@waggle/event'
import type { Term } from '@waggle/replay'
import { eventsOf, type LogRead } from './read-log.ts'

/** Steps that a chain of causes is followed, and effects that are looked at. */
const CHAIN_MAX = 256
const EFFECTS_MAX = 1000

/** Events with the term, within the past of the read. */
export async function findEvents(
  read: LogRead,
  term: Term,
  most = Infinity,
): Promise<KnownEvent[]> {
  const found: KnownEvent[] = []
  for await (const batch of eventsOf(read, {}, term)) {
    found.push(...batch)
    if (found.length >= most) break
  }
  return found.slice(0, most)
}

/** One event by its id, or by its position. NOT_FOUND where the run has none, or had none then. */
export async function findEvent(read: LogRead, name: string): Promise<KnownEvent> {
  const [found] = await lookUp(read, name)
  if (found !== undefined) return found
  const { swarm, run } = read.source
  const what = `There is no event ${name} in ${swarm}, run ${run ?? 'live'}`
  throw new WaggleError('NOT_FOUND', what, { input: name })
}

function lookUp(read: LogRead, name: string): Promise<KnownEvent[]> {
  const position = parsePosition(name)
  return position === undefined ? findEvents(read, { id: name }, 1) : eventAt(read, position)
}

/** The event at a position; none where nothing of the run stands there. */
async function eventAt(read: LogRead, position: Position): Promise<KnownEvent[]> {
  const end = read.ends.find(
    (one) => comparePositions({ ...one, offset: 0n }, { ...position, offset: 0n }) === 0,
  )
  if (end === undefined || position.offset >= end.offset) return []
  const start = new Map([[`${position.topic}/${position.partition}`, Number(position.offset)]])
  const only = { ...read, ends: [{ ...position, offset: position.offset + 1n }] }
  const found: KnownEvent[] = []
  for await (const batch of eventsOf(only, { start })) found.push(...batch)
  return found
}

export interface Causes {
  readonly event: KnownEvent
  /** The first cause first. */
  readonly causes: readonly KnownEvent[]
  /** Directly led to, in the order known. */
  readonly effects: readonly KnownEvent[]
  /** What a decision, or a memory, says it rests on, in the order in which it says so. */
  readonly inputs: readonly KnownEvent[]
}

/** What led to an event, what it rested on and what it led to; look-ups where there is an index. */
export async function causesOf(read: LogRead, name: string): Promise<Causes> {
  const event = await findEvent(read, name)
  const seen = new Set([event.event.id])
  const causes: KnownEvent[] = []
  for (let { cause } = event.event; cause !== null && !seen.has(cause) && seen.size < CHAIN_MAX;) {
    seen.add(cause)
    const [parent] = await findEvents(read, { id: cause }, 1)
    if (parent === undefined) break
    causes.unshift(parent)
    cause = parent.event.cause
  }
  const effects = await findEvents(read, { cause: event.event.id }, EFFECTS_MAX)
  const inputs: KnownEvent[] = []
  for (const name of inputsOf(event)) inputs.push(...(await lookUp(read, name)).slice(0, 1))
  return { event, causes, effects, inputs }
}

/** Ids and positions that an event says it rests on, or is about. */
function inputsOf({ event, position }: KnownEvent): readonly string[] {
  switch (event.kind) {
    case 'decision':
      return event.inputs
    case 'recall':
      return event.found.map(({ memory }) => memory)
    case 'fill':
    case 'outcome':
      return [event.decision]
    case 'verdict':
      return [event.decision, event.outcome]
    case 'acknowledgment':
      return [event.signal]
    case 'proposal_result':
      // Votes by their offsets: a proposal and its result have one key, so their partitions have one number.
      return event.evidence.map((offset) =>
        positionText({ ...position, topic: topicOf('proposal'), offset: BigInt(offset) }),
      )
    default:
      return 'evidence' in event && Array.isArray(event.evidence) ? event.evidence : []
  }
}
