import { WaggleError, type Micros } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { readAdmitted, type AdmittedRecord } from '@waggle/consume'
import {
  comparePositions,
  EVENT_TOPICS,
  partitionName,
  positionText,
  type Position,
} from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import type { Offsets } from './lineage.ts'

/**
 * Where a fork leaves its parent: with what was known at a time; with what was known before the event at a position;
 * or with what stands before some positions, and nothing of partitions that are not named.
 */
export type ForkPoint =
  | { readonly at: Micros }
  | { readonly before: Position }
  | { readonly positions: readonly Position[] }

/** The parent, in a log in which admission counts its times as its own views did. */
export interface RunSource {
  readonly log: EventLog
  readonly codec: Codec
  readonly swarm: string
  readonly run: string | null
}

/**
 * The point as offsets, which nothing appended later can move. A time that is not sealed yet is cut at the end that
 * the log has now. NOT_FOUND where no event stands at the position, OFFSET_OUT_OF_RANGE beyond the end.
 */
export async function cutAt(source: RunSource, point: ForkPoint): Promise<Offsets> {
  const ends = await source.log.ends(partitionsOf(source.log, EVENT_TOPICS))
  if ('positions' in point) return cutByPositions(ends, point.positions)
  const beyond =
    'at' in point ? beyondTime(point.at) : await beyondEvent(source, ends, point.before)
  const isBeyond: IsBeyond = (admitted) => isOf(source, admitted) && beyond(admitted)
  const offsets = await Promise.all(
    ends.map(
      async (end) => [partitionName(end), await firstBeyond(source, end, isBeyond)] as const,
    ),
  )
  return new Map(offsets.filter(([, offset]) => offset > 0n))
}

type IsBeyond = (record: AdmittedRecord) => boolean

/** Ticks of other swarms move the run's clock too: what ends by one that is beyond has not ended. */
const isOf = ({ swarm, run }: RunSource, { envelope, writer }: AdmittedRecord): boolean =>
  envelope.run === run && (envelope.swarm === swarm || writer.kind === 'tick')

const beyondTime =
  (at: Micros): IsBeyond =>
  ({ knownFrom }) =>
    knownFrom > at

/** In the order of replay: (known_from, topic, partition, offset). */
async function beyondEvent(
  source: RunSource,
  ends: readonly Position[],
  position: Position,
): Promise<IsBeyond> {
  const end = ends.find((one) => partitionName(one) === partitionName(position))
  const text = positionText(position)
  if (end === undefined || position.offset >= end.offset)
    throw new WaggleError('OFFSET_OUT_OF_RANGE', `The log ends before ${text}`, { input: text })
  for await (const batch of readAdmitted(source, end)) {
    const found = batch.find(
      (admitted) => admitted.record.offset === position.offset && isOf(source, admitted),
    )
    if (found !== undefined)
      return ({ knownFrom, record }) =>
        knownFrom > found.knownFrom ||
        (knownFrom === found.knownFrom && comparePositions(record, found.record) >= 0)
  }
  throw new WaggleError('NOT_FOUND', `No event of the run stands at ${text}`, { input: text })
}

async function firstBeyond(source: RunSource, end: Position, isBeyond: IsBeyond): Promise<bigint> {
  for await (const batch of readAdmitted(source, end)) {
    const found = batch.find(isBeyond)
    if (found !== undefined) return found.record.offset
  }
  return end.offset
}

function cutByPositions(ends: readonly Position[], positions: readonly Position[]): Offsets {
  const known = new Map(ends.map((end) => [partitionName(end), end.offset]))
  for (const position of positions) {
    const end = known.get(partitionName(position))
    if (end !== undefined && position.offset <= end) continue
    const text = positionText(position)
    throw new WaggleError('OFFSET_OUT_OF_RANGE', `The log ends before ${text}`, { input: text })
  }
  return new Map(positions.map((position) => [partitionName(position), position.offset]))
}
