/**
 * The closed list of error codes. Each says whether trying again may help and what to do;
 * the message built from it says what happened and with which input.
 */
export const ERROR_CODES = {
  // emit: the caller's input
  FIELD_MISSING: [
    false,
    'Give the field; the schema in schemas/ lists every field without a default.',
  ],
  FIELD_INVALID: [false, 'Correct the field; the schema in schemas/ gives its type and range.'],
  FIELD_UNKNOWN: [false, 'Remove the field, or add it to the schema in schemas/ with a default.'],
  KIND_UNKNOWN: [false, 'Use one of the kinds listed in schemas/.'],
  AGENT_UNKNOWN: [false, 'Let the agent join the swarm first (an `agent` event with op JOINED).'],
  SEQ_DUPLICATE: [false, 'Emit under a new session, or with the next sequence number.'],
  KNOWN_IN_FUTURE: [
    false,
    'Check the clock of the producer: known_at may not be ahead of the log.',
  ],
  KNOWN_BEFORE_OCCURRED: [
    false,
    'An agent cannot know what has not happened: set known_at >= occurred_at.',
  ],
  EVENT_TOO_LARGE: [false, 'Keep large content elsewhere and emit a reference to it.'],
  // codec: bytes that came from anywhere
  FRAME_INVALID: [
    false,
    'Produce in the Confluent wire format: 0x00, schema id as int32 big-endian, Avro.',
  ],
  SCHEMA_UNKNOWN: [true, 'Register the schema before producing with its id.'],
  BYTES_MALFORMED: [false, 'Encode with the schema whose id stands in the frame.'],
  TOPIC_MISMATCH: [false, 'Produce the event to the topic of its kind.'],
  // schema registry
  SCHEMA_INVALID: [false, 'Send an Avro schema in the subset that schemas/README.md describes.'],
  SCHEMA_INCOMPATIBLE: [
    false,
    'Add fields with defaults only; see schemas/README.md on evolution.',
  ],
  SUBJECT_UNKNOWN: [false, 'List the subjects with GET /subjects.'],
  VERSION_UNKNOWN: [false, 'List the versions with GET /subjects/{subject}/versions.'],
  REGISTRY_UNAVAILABLE: [true, 'Look at the cause; projections wait and try again by themselves.'],
  REGISTRY_DENIED: [false, 'Correct the credentials or their rights at the schema registry.'],
  // log
  TOPIC_UNKNOWN: [false, 'Create the log with this topic in its topic list.'],
  TOPIC_CONFLICT: [false, 'Open the log with the partition count it was created with.'],
  OFFSET_OUT_OF_RANGE: [
    false,
    'Read from an offset between the start and the end of the partition.',
  ],
  LOG_CLOSED: [false, 'Open the log again.'],
  LOG_CORRUPT: [
    false,
    'Restore the record from a replica or the archive; its neighbours stay readable.',
  ],
  LOG_UNAVAILABLE: [
    true,
    'Look at the cause; the append was not acknowledged and may be tried again.',
  ],
  // archive
  ARCHIVE_UNAVAILABLE: [true, 'Look at the cause; nothing was lost, and the archiver can go on.'],
  ARCHIVE_INVALID: [
    false,
    'Restore the object from a copy of the archive; the rest stays readable.',
  ],
  ARCHIVE_GAP: [
    false,
    'Look for the archive that holds these records; what is before and behind them stays readable.',
  ],
  // projections and reads
  VIEW_UNAVAILABLE: [true, 'Look at the cause; the projection tries again by itself.'],
  VIEW_STALE: [true, 'Wait longer, or read without `after` and look at the freshness.'],
  VIEW_MISCONFIGURED: [false, 'Let Waggle create its tables, or rebuild the view.'],
  NOT_FOUND: [false, 'Check the id; the freshness tells how far the view has read.'],
  REPLY_TIMEOUT: [true, 'Ask again, or look for a late reply: `input` is the id of the request.'],
  LOCK_UNAVAILABLE: [
    true,
    'Wait longer, or try again later; `lock` of the view says who holds it.',
  ],
  // memory
  VERSION_CONFLICT: [false, 'Read the newest version, and make the change again on top of it.'],
  ACCESS_DENIED: [false, 'Ask the owner of the namespace for a grant, or a warden of the swarm.'],
  DIMENSION_MISMATCH: [
    false,
    'Embed with the model the index was made with, or rebuild the index.',
  ],
  PARAMETER_INVALID: [false, 'Give every required parameter of the procedure, in its type.'],
  STATE_NEWER: [
    false,
    'Restore it with a program that knows this version, or an older checkpoint.',
  ],
  SUBJECT_ERASED: [false, 'Use a new subject: what was erased does not come back.'],
  SEAL_INVALID: [
    false,
    'Restore the text or the key from where it was whole; what was changed after sealing does not open.',
  ],
  SNAPSHOT_INVALID: [
    false,
    'Delete it: it is a cache, and what it holds is made again from the log.',
  ],
  AS_OF_TOO_OLD: [false, 'Ask `memoryAsOf`, which rebuilds the past from the log.'],
  FENCED: [false, 'The lock has moved on: acquire it again and use the new token.'],
  // backtests
  LOOK_AHEAD: [false, 'Use only what was known at the simulated time; wait for the rest to come.'],
  // forks
  RUN_ISOLATED: [false, 'Write under the run of the fork; what it began with is only read.'],
  CALL_NOT_RECORDED: [
    false,
    'Replay with the mode `replay` or `record`, which ask the model, or undo the change of the request.',
  ],
  // process
  CONFIG_INVALID: [false, 'Correct the keys named in the message.'],
  INPUT_INVALID: [false, 'Correct the input named in the message.'],
} as const satisfies Record<string, readonly [retriable: boolean, advice: string]>

export type ErrorCode = keyof typeof ERROR_CODES

export interface ErrorContext {
  /** The input that was refused, short enough for a log line. */
  readonly input?: unknown
  /** The field, key or column at fault. */
  readonly field?: string
  readonly cause?: unknown
}

/** Every error Waggle throws on purpose. Recognise it by `code`, never by its message. */
export class WaggleError extends Error {
  readonly code: ErrorCode
  readonly retriable: boolean
  readonly field: string | undefined
  readonly input: unknown

  constructor(code: ErrorCode, what: string, context: ErrorContext = {}) {
    const [retriable, advice] = ERROR_CODES[code]
    super(`${what}. ${advice}`, context.cause === undefined ? {} : { cause: context.cause })
    this.name = 'WaggleError'
    this.code = code
    this.retriable = retriable
    this.field = context.field
    this.input = context.input
  }
}

/** True for a WaggleError, of this code if one is given. */
export function isWaggleError(error: unknown, code?: ErrorCode): error is WaggleError {
  return error instanceof WaggleError && (code === undefined || error.code === code)
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
