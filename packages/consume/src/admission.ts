import { isWaggleError, LIMITS, WaggleError, type ErrorCode, type Micros } from '@waggle/base'
import type { EnvelopeView, WriterSchema } from '@waggle/codec'
import { belongsIn, positionText, type Kind } from '@waggle/event'
import type { LogRecord } from '@waggle/log'

/**
 * Admission decides which records of a partition take effect. It is a pure fold over the partition, so
 * every view, now and rebuilt, admits the same events:
 *
 *   1. the frame is well formed and its body matches its schema
 *   2. the kind belongs in the topic
 *   3. (session, seq) is new: a retried event takes effect once
 *   4. known_at is not ahead of the log's clock beyond a bound; twice the bound for a result, which takes its
 *      time from an event that another broker, with another clock, let through at the bound itself
 *   5. known_from = max(known_at, occurred_at, watermark of the run): what arrives late is known late
 *
 * A tick is admitted like any event; views that do not decide by time ignore it.
 * So known_from never decreases within a run and partition, and an as-of cut is a prefix.
 */
export interface AdmissionState {
  /** Largest known_from so far, by run ('' is live). */
  readonly watermarks: Map<string, Micros>
  /** Largest seq so far, by session; the longest silent session is forgotten first. */
  readonly sessions: Map<string, number>
}

export interface AdmittedRecord {
  readonly record: LogRecord
  readonly writer: WriterSchema
  readonly envelope: EnvelopeView
  /** When the swarm counts it as known: the clock of every as-of read. */
  readonly knownFrom: Micros
  /** True where known_at claimed to be earlier. */
  readonly late: boolean
}

export interface Refusal {
  readonly record: LogRecord
  readonly code: ErrorCode
  readonly reason: string
}

export type Verdict =
  | { readonly is: 'admitted'; readonly admitted: AdmittedRecord }
  | { readonly is: 'refused'; readonly refusal: Refusal }

const RESULTS: ReadonlySet<Kind> = new Set([
  'erasure',
  'escalation',
  'lock_result',
  'memory_result',
  'pattern',
  'proposal_result',
])

export type FindWriter = (frame: Buffer) => WriterSchema | undefined

export function emptyAdmission(): AdmissionState {
  return { watermarks: new Map(), sessions: new Map() }
}

export function copyAdmission(state: AdmissionState): AdmissionState {
  return { watermarks: new Map(state.watermarks), sessions: new Map(state.sessions) }
}

/** Judges one record and moves the state behind it; the state is changed in place. */
export function admit(state: AdmissionState, record: LogRecord, findWriter: FindWriter): Verdict {
  try {
    const { writer, envelope } = open(record, findWriter)
    const fault = repeated(state, record, envelope) ?? tooEarly(record, envelope, writer.kind)
    if (fault !== undefined) return { is: 'refused', refusal: { record, ...fault } }
    const { knownAt } = envelope
    const run = envelope.run ?? ''
    const knownFrom = Math.max(knownAt, envelope.occurredAt, state.watermarks.get(run) ?? knownAt)
    state.watermarks.set(run, knownFrom)
    rememberSeq(state, envelope.session, envelope.seq)
    const late = knownFrom > knownAt
    return { is: 'admitted', admitted: { record, writer, envelope, knownFrom, late } }
  } catch (error) {
    if (!isWaggleError(error)) throw error
    return { is: 'refused', refusal: { record, code: error.code, reason: error.message } }
  }
}

function open(
  record: LogRecord,
  findWriter: FindWriter,
): { writer: WriterSchema; envelope: EnvelopeView } {
  const { value } = record
  if (value.length > LIMITS.eventBytesMax) {
    throw new WaggleError('EVENT_TOO_LARGE', `The record has ${value.length} bytes`)
  }
  const writer = findWriter(value)
  if (writer === undefined)
    throw new WaggleError('SCHEMA_UNKNOWN', 'The schema id of the frame is unknown')
  const envelope = writer.check(value)
  if (!belongsIn(writer.kind, record.topic)) {
    throw new WaggleError('TOPIC_MISMATCH', `A ${writer.kind} does not belong in ${record.topic}`)
  }
  return { writer, envelope }
}

/** What is well formed and yet refused: values and not errors, for a log that repeats itself has many of them. */
type Fault = Pick<Refusal, 'code' | 'reason'>

function repeated(
  { sessions }: AdmissionState,
  record: LogRecord,
  { session, seq }: EnvelopeView,
): Fault | undefined {
  const last = sessions.get(session)
  if (last === undefined || seq > last) return undefined
  const reason = `Session ${session} is at seq ${last}, ${positionText(record)} repeats ${seq}`
  return { code: 'SEQ_DUPLICATE', reason }
}

/** Sessions are kept in the order of their last event once forgetting is near; before, order costs nothing. */
function rememberSeq(state: AdmissionState, session: string, seq: number): void {
  const { sessions } = state
  if (sessions.size > LIMITS.sessionsPerPartitionMax / 2) sessions.delete(session)
  sessions.set(session, seq)
  if (sessions.size > LIMITS.sessionsPerPartitionMax) {
    for (const oldest of sessions.keys()) {
      sessions.delete(oldest)
      return
    }
  }
}

function tooEarly(
  { appendedAt }: LogRecord,
  { knownAt, occurredAt }: EnvelopeView,
  kind: Kind,
): Fault | undefined {
  const ahead = Math.max(knownAt, occurredAt) - appendedAt
  if (ahead <= LIMITS.knownAheadMaxMicros * (RESULTS.has(kind) ? 2 : 1)) return undefined
  const reason = `known_at or occurred_at is ${ahead} µs ahead of the log`
  return { code: 'KNOWN_IN_FUTURE', reason }
}
