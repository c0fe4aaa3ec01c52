import type { LogRecordJson } from '@waggle/api'
import { schemaIdOf } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import { partitionName, positionText, type Kind, type Position } from '@waggle/event'
import { partitionsOf, type EventLog, type LogRecord } from '@waggle/log'
import { refusedOffsets, type Term, type TrajectoryIndex } from '@waggle/replay'
import { openWhole, type Vault } from '@waggle/vault'
import { knownEventJson } from '../json/known-event-json.ts'
import type { Judged, JudgeRecord } from './judge-record.ts'
import { walkLog, type Stretch } from './log-walk.ts'

/** Which records of the log are shown. */
export interface LogQuestion {
  readonly swarm: string
  /** Whether records that nobody can read, and that so belong to no swarm, are shown, too. */
  readonly unreadable: boolean
  readonly topics: readonly string[]
  readonly partition: number | undefined
  readonly agent: string | undefined
  readonly kind: Kind | undefined
  /** Undefined for every run, null for live. */
  readonly run: string | null | undefined
  readonly trajectory: string | undefined
  /** The last record of each partition that is behind the page before. */
  readonly from: readonly Position[] | undefined
  readonly newestFirst: boolean
  readonly since: number
  readonly limit: number
}

export interface LogSource {
  readonly log: EventLog
  readonly index: TrajectoryIndex | undefined
  readonly vault: Vault | undefined
  readonly judge: JudgeRecord
  /** Runs to look for in the index, where the question is about all. */
  readonly runs: readonly (string | null)[]
}

/** Records that one request looks at, so that a filter that matches nothing ends, too. */
const LOOKED_AT = 20_000

export interface LogPage {
  readonly records: LogRecordJson[]
  /** The last record of each partition that needs not be looked at again; undefined at the end. */
  readonly next: Position[] | undefined
  readonly ends: readonly Position[]
}

export async function readLogPage(source: LogSource, question: LogQuestion): Promise<LogPage> {
  const { log } = source
  const { newestFirst, since, limit } = question
  const at = partitionsOf(log, question.topics).filter(
    ({ partition }) => question.partition === undefined || partition === question.partition,
  )
  const ends = await log.ends(at)
  const starts = (await log.retention?.starts(at)) ?? at.map((one) => ({ ...one, offset: 0n }))
  const stretches = await Promise.all(
    ends.map((end, index) => stretchOf(source, question, starts[index]!, end)),
  )
  const seen = new Map(stretches.map((stretch) => [partitionName(stretch.at), stretch]))
  const records: LogRecordJson[] = []
  const walked = new Map<string, LogRecord>()
  let looked = 0
  let more = false
  for await (const record of walkLog({ log, stretches, newestFirst, since })) {
    // Whether there is more is known from the first record that is not looked at.
    if (looked === LOOKED_AT || records.length === limit) {
      more = true
      break
    }
    looked++
    walked.set(partitionName(record), record)
    const judged = await source.judge(record)
    if (isAsked(question, judged)) records.push(await recordJson(source, judged))
  }
  const next = [...seen].map(([name, { at, from, to }]) => {
    const last = walked.get(name)?.offset
    if (newestFirst) return { ...at, offset: (last ?? BigInt(to)) - 1n }
    return { ...at, offset: last ?? BigInt(from) - 1n }
  })
  return { records, next: more ? next.filter(({ offset }) => offset >= 0n) : undefined, ends }
}

/** What is left of a partition, and where in it the index says that what is asked for may stand. */
async function stretchOf(
  { index, runs }: LogSource,
  { from, newestFirst, swarm, run, agent, trajectory }: LogQuestion,
  start: Position,
  end: Position,
): Promise<Stretch> {
  const given = from?.find((one) => partitionName(one) === partitionName(end))
  const behind = given === undefined ? 0n : given.offset + 1n
  const stretch = {
    at: end,
    from: Number(newestFirst || behind < start.offset ? start.offset : behind),
    to: Number(newestFirst && from !== undefined && behind < end.offset ? behind : end.offset),
  }
  const term = termOf(agent, trajectory)
  const prefix = term === undefined ? undefined : await index?.of(end)
  if (index === undefined || term === undefined || prefix === undefined) return stretch
  // What was refused stands in no index, and may be asked for all the same.
  const offsets = new Set(refusedOffsets(prefix))
  for (const one of run === undefined ? runs : [run])
    for (const offset of index.find(end, { swarm, run: one }, term)) offsets.add(offset)
  const sorted = [...offsets].filter((offset) => offset < prefix.nextOffset).sort((a, b) => a - b)
  return { ...stretch, picked: { offsets: sorted, indexedTo: prefix.nextOffset } }
}

/** The narrower one, where both are given. */
function termOf(agent: string | undefined, trajectory: string | undefined): Term | undefined {
  if (trajectory !== undefined) return { trajectory }
  return agent === undefined ? undefined : { agent }
}

function isAsked(question: LogQuestion, { envelope, kind }: Judged): boolean {
  const { swarm, unreadable, run, agent, trajectory } = question
  if (envelope === undefined) {
    const isNarrow = [run, agent, trajectory, question.kind].some((wanted) => wanted !== undefined)
    return unreadable && !isNarrow
  }
  return (
    envelope.swarm === swarm &&
    (run === undefined || envelope.run === run) &&
    (agent === undefined || envelope.agent === agent) &&
    (trajectory === undefined || envelope.trajectory === trajectory) &&
    (question.kind === undefined || kind === question.kind)
  )
}

const HEAD_BYTES = 256

async function recordJson({ vault }: LogSource, judged: Judged): Promise<LogRecordJson> {
  const { record, known, refused } = judged
  const { key, value, appendedAt } = record
  return {
    position: positionText(record),
    append_time: appendedAt,
    key,
    bytes: value.length,
    schema_id: schemaIdIn(value),
    known: known === undefined ? null : await shownJson(vault, known()),
    refused: refused ?? null,
    head: known === undefined ? value.subarray(0, HEAD_BYTES).toString('hex') : null,
  }
}

/** What is said about an erased subject stays as it stands: sealed. */
async function shownJson(
  vault: Vault | undefined,
  known: KnownEvent,
): Promise<LogRecordJson['known']> {
  const event = (await openWhole(vault, known.event)) ?? known.event
  const { position: _, ...shown } = knownEventJson({ ...known, event })
  return shown
}

function schemaIdIn(value: Buffer): number | null {
  try {
    return schemaIdOf(value)
  } catch {
    return null
  }
}
