import { WaggleError, type Micros } from '@waggle/base'
import { emptyAdmission, type AdmissionState, type Checkpoint } from '@waggle/consume'
import type { TopicPartition } from '@waggle/event'
import type { HotKeys } from './hot-keys.ts'
import type { HotWrite } from './hot-writes.ts'
import type { RedisClient } from './redis-link.ts'

/** Where a partition stands in Redis. */
export interface StoredPosition {
  readonly nextOffset: bigint
  /** When it came there, by the writer's clock. */
  readonly appliedAt: Micros
}

/** Undefined where Redis has none. */
export async function readPosition(
  client: RedisClient,
  keys: HotKeys,
  at: TopicPartition,
): Promise<StoredPosition | undefined> {
  const [next, appliedAt] = await client.hmget(keys.position(at), 'next_offset', 'applied_at')
  if (next === null || next === undefined) return undefined
  return { nextOffset: BigInt(next), appliedAt: Number(appliedAt) }
}

/** From where to read the log again: the offset of the stored admission, at or before the position. */
export async function readCheckpoint(
  client: RedisClient,
  keys: HotKeys,
  at: TopicPartition,
): Promise<(Checkpoint & { readonly position: bigint }) | undefined> {
  const [next, from, text] = await client.hmget(
    keys.position(at),
    'next_offset',
    'admission_offset',
    'admission',
  )
  if (next === null || next === undefined) return undefined
  const { topic, partition } = at
  const stored = { topic, partition, position: BigInt(next) }
  if (from === null || from === undefined || text === null || text === undefined) {
    return { ...stored, nextOffset: 0n, admission: emptyAdmission() }
  }
  return { ...stored, nextOffset: BigInt(from), admission: decodeAdmission(text) }
}

/** The write that moves a position, with the admission behind it if that is to be stored. */
export function positionWrite(
  key: string,
  nextOffset: bigint,
  appliedAt: Micros,
  admission: AdmissionState | undefined,
): HotWrite {
  const next = String(nextOffset)
  const stored =
    admission === undefined
      ? []
      : ['admission_offset', next, 'admission', encodeAdmission(admission)]
  return { command: 'HSET', key, args: ['next_offset', next, 'applied_at', appliedAt, ...stored] }
}

/** An entry of the admission is a session or a run; so many may be written for each record. */
const ENTRIES_PER_RECORD = 8

/**
 * An admission of many sessions is not written with every small batch: its cost stays in proportion to the
 * records. A restart then reads some records again, and those before the position have no effect.
 */
export function isAdmissionDue({ sessions, watermarks }: AdmissionState, records: bigint): boolean {
  return BigInt(sessions.size + watermarks.size) <= records * BigInt(ENTRIES_PER_RECORD)
}

function encodeAdmission({ watermarks, sessions }: AdmissionState): string {
  return JSON.stringify({ watermarks: [...watermarks], sessions: [...sessions] })
}

function decodeAdmission(text: string): AdmissionState {
  try {
    const { watermarks, sessions } = JSON.parse(text) as {
      watermarks: [string, number][]
      sessions: [string, number][]
    }
    return { watermarks: new Map(watermarks), sessions: new Map(sessions) }
  } catch (error) {
    const what = 'The admission stored in Redis is not ours'
    throw new WaggleError('VIEW_MISCONFIGURED', what, { input: text.slice(0, 80), cause: error })
  }
}
