import type { EnvelopeView } from '@waggle/codec'
import {
  admit,
  emptyAdmission,
  judgeBatch,
  knownEventOf,
  type AdmissionState,
  type KnownEvent,
} from '@waggle/consume'
import { AdmissionIndex } from '@waggle/coordinate'
import { partitionName, positionText, type Kind, type Position } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import { judgedAt, type JudgedPrefix } from '@waggle/replay'
import type { GatewayBus } from '../gateway-bus.ts'

/** What admission says of a record, and what can be read of it all the same. */
export interface Judged {
  readonly record: LogRecord
  /** Undefined where the bytes cannot be read. */
  readonly envelope: EnvelopeView | undefined
  readonly kind: Kind | undefined
  /** Decodes it, where it can be read. */
  readonly known: (() => KnownEvent) | undefined
  readonly refused: { readonly code: string; readonly reason: string } | undefined
}

export type JudgeRecord = (record: LogRecord) => Promise<Judged>

type Bus = Pick<GatewayBus, 'log' | 'codec'>

/** What was judged of a partition while looking, from a place where its admission was known. */
interface JudgedStretch {
  readonly from: bigint
  next: bigint
  admission: AdmissionState
  readonly byOffset: Map<bigint, Judged>
}

const STRETCH = 1024n

/**
 * Judges single records as every view does, with what came before them in their partition: by the trajectory index as
 * far as it goes, and by admission from there on. Without an index admission is made up to the record's stretch of
 * the partition. Each request has a judge of its own.
 */
export function createRecordJudge(
  bus: Pick<GatewayBus, 'log' | 'codec' | 'trajectories'>,
): () => JudgeRecord {
  const admissions = new AdmissionIndex(bus)
  return () => {
    const prefixes = new Map<string, Promise<JudgedPrefix | undefined>>()
    const stretches = new Map<string, JudgedStretch>()
    const stretchOf = async (
      record: LogRecord,
      prefix: JudgedPrefix | undefined,
    ): Promise<JudgedStretch> => {
      const from =
        prefix === undefined ? record.offset - (record.offset % STRETCH) : BigInt(prefix.nextOffset)
      const name = positionText({ ...record, offset: from })
      let stretch = stretches.get(name)
      if (stretch === undefined) {
        const admission = prefix?.admission ?? (await admissions.at({ ...record, offset: from }))
        stretches.set(name, (stretch = { from, next: from, admission, byOffset: new Map() }))
      }
      return stretch
    }
    return async (record) => {
      const name = partitionName(record)
      let found = prefixes.get(name)
      if (found === undefined)
        prefixes.set(name, (found = bus.trajectories?.of(record) ?? Promise.resolve(undefined)))
      const prefix = await found
      const offset = Number(record.offset)
      if (prefix !== undefined && offset < prefix.nextOffset)
        return judgedBefore(bus, record, judgedAt(prefix, offset))
      const stretch = await stretchOf(record, prefix)
      while (stretch.next <= record.offset) await judgeOn(bus, stretch, record)
      return stretch.byOffset.get(record.offset) ?? judgedBefore(bus, record, 0)
    }
  }
}

async function judgeOn(bus: Bus, stretch: JudgedStretch, at: Position): Promise<void> {
  const from = { ...at, offset: stretch.next }
  const records = await bus.log.read(from, Number(STRETCH))
  const { admitted, refusals, admission } = await judgeBatch(bus.codec, stretch.admission, {
    ...from,
    records,
  })
  for (const one of admitted) {
    const { record, envelope, writer } = one
    const known = (): KnownEvent => knownEventOf(one)
    const judged = { record, envelope, kind: writer.kind, known, refused: undefined }
    stretch.byOffset.set(record.offset, judged)
  }
  for (const { record, code, reason } of refusals)
    stretch.byOffset.set(record.offset, refusedRecord(bus, record, { code, reason }))
  stretch.admission = admission
  stretch.next = (records.at(-1)?.offset ?? at.offset) + 1n
}

/** `raisedBy` as the index has it: undefined where the record was refused. */
async function judgedBefore(
  { codec }: Bus,
  record: LogRecord,
  raisedBy: number | undefined,
): Promise<Judged> {
  // A schema that is gone leaves the record unreadable, and says so.
  if (!isLoaded(codec, record))
    await judgeBatch(codec, emptyAdmission(), { ...record, records: [record] })
  const verdict = admit(emptyAdmission(), record, codec.writerOf)
  if (verdict.is === 'refused') return refusedRecord({ codec }, record, verdict.refusal)
  const { envelope, writer } = verdict.admitted
  if (raisedBy === undefined) {
    const reason = `Session ${envelope.session} repeats seq ${envelope.seq}`
    return refusedRecord({ codec }, record, { code: 'SEQ_DUPLICATE', reason })
  }
  const knownFrom = Math.max(envelope.knownAt, envelope.occurredAt) + raisedBy
  const late = knownFrom > envelope.knownAt
  const known = () => knownEventOf({ ...verdict.admitted, knownFrom, late })
  return { record, envelope, kind: writer.kind, known, refused: undefined }
}

/** Whether the schema of the record needs not be asked for; a frame that is none has no schema. */
function isLoaded(codec: Bus['codec'], { value }: LogRecord): boolean {
  try {
    return codec.writerOf(value) !== undefined
  } catch {
    return true
  }
}

/** Refused for where it stands, or when: then its envelope can be read. */
function refusedRecord(
  { codec }: Pick<Bus, 'codec'>,
  record: LogRecord,
  { code, reason }: { readonly code: string; readonly reason: string },
): Judged {
  const refused = { code, reason }
  try {
    const writer = codec.writerOf(record.value)
    if (writer !== undefined) {
      const envelope = writer.check(record.value)
      return { record, envelope, kind: writer.kind, known: undefined, refused }
    }
  } catch {
    // Not even that.
  }
  return { record, envelope: undefined, kind: undefined, known: undefined, refused }
}
