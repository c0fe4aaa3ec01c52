import { WaggleError } from '@waggle/base'
import { EnvelopeView } from '@waggle/codec'
import { partitionName, positionText, type Position } from '@waggle/event'
import {
  choosePartition,
  type AppendRecord,
  type AppendResult,
  type EventLog,
  type LogRecord,
} from '@waggle/log'
import { runOf, type Lineage } from './lineage.ts'
import { runOfRecord } from './record-run.ts'

/** What a session has said in one partition. */
interface Session {
  last: number
  readonly offsets: Map<number, bigint>
}

const READ_RECORDS = 4096

/**
 * Appends of a fork, each (session, seq) once, on an engine that does not recognise repeats, such as Kafka: so a
 * replay that was broken off goes on where it stood, a change is made once however often the fork is opened, and
 * no repeat becomes a dead letter of the whole log. What the fork has said is read once, behind its cut, of the
 * partitions that are appended to. One process at a time replays a fork: two that say the same at the same moment are
 * told apart by admission alone.
 *
 * SEQ_DUPLICATE where a session has gone on beyond a number that it never had there, as LMDB has it.
 */
export function ownAppends(
  log: EventLog,
  lineage: Lineage,
): (records: readonly AppendRecord[]) => Promise<AppendResult[]> {
  const said = new Map<string, Map<string, Session>>()
  let turn: Promise<void> = Promise.resolve()

  const readOnce = async (at: Position): Promise<void> => {
    const name = partitionName(at)
    if (!said.has(name)) said.set(name, await readSaid(log, lineage, at))
  }

  return async (records) => {
    const places = records.map((record): Position => {
      const { topic } = record
      const partition = choosePartition(record, log.topics[topic] ?? 1)
      return { topic, partition, offset: 0n }
    })
    // In the order of the calls, or a later number would overtake an earlier one of its session.
    const before = turn
    const read = before.then(async () => {
      for (const at of places) await readOnce(at)
    })
    turn = read.catch(() => {})
    await read
    const found = records.map((record, index) => repeated(said, record, places[index]!))
    const fresh = records.filter((_, index) => found[index] === undefined)
    const results = fresh.length === 0 ? [] : await log.append(fresh)
    for (const [index, result] of results.entries()) remember(said, fresh[index]!, result)
    let next = 0
    return found.map((first) => first ?? results[next++]!)
  }
}

async function readSaid(
  log: EventLog,
  lineage: Lineage,
  at: Position,
): Promise<Map<string, Session>> {
  const sessions = new Map<string, Session>()
  const [, parent] = lineage.ancestors
  const [end] = await log.ends([at])
  let offset = parent?.before?.get(partitionName(at)) ?? 0n
  while (offset < end!.offset) {
    const records = await log.read({ ...at, offset }, READ_RECORDS)
    if (records.length === 0) break
    for (const record of records) take(sessions, lineage, record)
    offset = records.at(-1)!.offset + 1n
  }
  return sessions
}

function take(sessions: Map<string, Session>, lineage: Lineage, record: LogRecord): void {
  const view = EnvelopeView.unset()
  if (runOfRecord(view, lineage.swarm, record) !== runOf(lineage)) return
  const { session, seq } = view
  // What repeats, or comes behind its successor, was refused.
  if (seq > (sessions.get(session)?.last ?? -Infinity)) note(sessions, session, seq, record.offset)
}

function note(sessions: Map<string, Session>, name: string, seq: number, offset: bigint): void {
  const session = sessions.get(name) ?? { last: seq, offsets: new Map<number, bigint>() }
  sessions.set(name, session)
  session.last = Math.max(session.last, seq)
  session.offsets.set(seq, offset)
}

function repeated(
  said: ReadonlyMap<string, ReadonlyMap<string, Session>>,
  { producer }: AppendRecord,
  at: Position,
): AppendResult | undefined {
  const session = producer && said.get(partitionName(at))?.get(producer.session)
  if (producer === undefined || session === undefined || producer.seq > session.last)
    return undefined
  const offset = session.offsets.get(producer.seq)
  if (offset !== undefined) return { ...at, offset, duplicate: true }
  const where = positionText({ ...at, offset: session.offsets.get(session.last)! })
  throw new WaggleError(
    'SEQ_DUPLICATE',
    `Session ${producer.session} is at seq ${session.last} at ${where}, and never had ${producer.seq}`,
    { field: 'seq', input: producer.seq },
  )
}

function remember(
  said: ReadonlyMap<string, Map<string, Session>>,
  { producer }: AppendRecord,
  { topic, partition, offset }: AppendResult,
): void {
  if (producer === undefined) return
  const sessions = said.get(partitionName({ topic, partition }))
  if (sessions !== undefined) note(sessions, producer.session, producer.seq, offset)
}
