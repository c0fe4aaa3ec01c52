import type { TopicPartition } from '@waggle/event'
import type { AdmissionState, AdmittedRecord } from './admission.ts'
import type { ViewRow } from './view-rows.ts'

/**
 * A view of the log. It stores its position with its effect, in one atomic step, and so applies every
 * event once however often it is given; it can be dropped and rebuilt, and is then the same (digest).
 */
export interface Projection {
  readonly name: string
  /** Raise it when the meaning of the view changes: the view is then rebuilt. */
  readonly version: number
  readonly topics: readonly string[]
  /** Where to go on, by partition; partitions without an entry start at 0. */
  checkpoints(): Promise<readonly Checkpoint[]>
  /**
   * Applies a batch of one partition and its checkpoint. Throws VIEW_UNAVAILABLE where trying again may
   * help, or RecordRejected for a record this view can never take; nothing is applied then.
   */
  apply(batch: ProjectionBatch): Promise<void>
  /** Forgets what it holds of all other partitions: another process has them now. Views kept elsewhere need none. */
  keep?(partitions: readonly TopicPartition[]): Promise<void>
  /** Forgets everything, positions too. */
  reset(): Promise<void>
  /** Equal digests mean equal views. */
  digest(): Promise<string>
  /** Everything the digest is about, thing by thing, in any order: tells where two views differ. */
  rows?(): Iterable<ViewRow>
}

/** A view in process whose state can be put into bytes and taken up again. */
export interface KeptProjection extends Projection {
  /** What its state depends on beside log and version, such as the name of a rule: another one's is not taken. */
  readonly stateKey?: string
  /** Does what it put off until it is asked; to be awaited before `dump`. */
  prepareDump?(): Promise<void>
  /** Its state and checkpoints; undefined while something it brought about is still to be said. */
  dump(): Dump | undefined
  /** Takes up what `dump` gave; of partitions named, if any, and then only what the view does not hold. */
  load(dump: Dump, only?: ReadonlySet<string>): void
}

/** Plain data as the structured clone algorithm takes it; what is shared within stays shared. */
export interface Dump {
  readonly state: unknown
  readonly checkpoints: readonly Checkpoint[]
}

export interface Checkpoint extends TopicPartition {
  readonly nextOffset: bigint
  readonly admission: AdmissionState
}

export interface ProjectionBatch extends TopicPartition {
  /** Offset of the first record read for this batch, admitted or not. */
  readonly firstOffset: bigint
  /** Offset behind the last one. */
  readonly nextOffset: bigint
  readonly events: readonly AdmittedRecord[]
  /** Admission behind the batch; to be stored with the position. Not to be changed or kept. */
  readonly admission: AdmissionState
  /** To be called once reads show the batch, where something is left to do before `apply` is over. */
  readonly visible?: () => void
}

/** A view's refusal of one record: it goes to the dead letters and the batch is tried without it. */
export class RecordRejected extends Error {
  readonly offset: bigint

  constructor(offset: bigint, reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.name = 'RecordRejected'
    this.offset = offset
  }
}
