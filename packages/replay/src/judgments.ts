import type { AdmissionState } from '@waggle/consume'
import type { TopicPartition } from '@waggle/event'

/**
 * What admission decided about the records of a partition so far, for readers who need not decide it again:
 * it is a pure fold, and the log does not change. Whoever reads by it relies on the bytes being those that
 * were judged, which the log's checksum says of every record it gives.
 */
export interface Judgments {
  /** Undefined where nothing of the partition was judged. */
  of(at: TopicPartition): Promise<JudgedPrefix | undefined>
}

export interface JudgedPrefix {
  /** Offset behind the last record judged. */
  readonly nextOffset: number
  /** Admission behind it, to go on from. */
  readonly admission: AdmissionState
  /** Exceptions among the offsets from `block * JUDGED_BLOCK` on; undefined where there are none. */
  exceptions(block: number): JudgedBlock | undefined
}

/** Offsets that share an entry of exceptions. Part of the stored form. */
export const JUDGED_BLOCK = 8192

/** Rows count from the start of the block and ascend. A record that is in neither list counts as it claims. */
export interface JudgedBlock {
  readonly refused: readonly number[]
  /** Admitted, but known later than they claim, by so many microseconds. */
  readonly raised: readonly number[]
  readonly raisedBy: readonly number[]
}

/** Walks the exceptions of ascending offsets. */
export class JudgmentCursor {
  readonly #prefix: JudgedPrefix
  #block = -1
  #judged: JudgedBlock | undefined
  #refused = 0
  #raised = 0

  constructor(prefix: JudgedPrefix) {
    this.#prefix = prefix
  }

  /** By how much the record counts later than it claims, in microseconds; undefined where it is refused. */
  raisedBy(offset: number): number | undefined {
    const block = Math.floor(offset / JUDGED_BLOCK)
    if (block !== this.#block) {
      this.#block = block
      this.#judged = this.#prefix.exceptions(block)
      this.#refused = this.#raised = 0
    }
    const judged = this.#judged
    if (judged === undefined) return 0
    const row = offset - block * JUDGED_BLOCK
    const { refused, raised, raisedBy } = judged
    while (refused[this.#refused]! < row) this.#refused++
    if (refused[this.#refused] === row) return undefined
    while (raised[this.#raised]! < row) this.#raised++
    return raised[this.#raised] === row ? raisedBy[this.#raised]! : 0
  }
}

/** By how much one record counts later than it claims, in microseconds; undefined where it is refused. */
export function judgedAt(prefix: JudgedPrefix, offset: number): number | undefined {
  const block = Math.floor(offset / JUDGED_BLOCK)
  const judged = prefix.exceptions(block)
  if (judged === undefined) return 0
  const row = offset - block * JUDGED_BLOCK
  if (judged.refused.includes(row)) return undefined
  return judged.raisedBy[judged.raised.indexOf(row)] ?? 0
}

/** Offsets of every refused record of what was judged, ascending. */
export function refusedOffsets(prefix: JudgedPrefix): number[] {
  const offsets: number[] = []
  for (let block = 0; block * JUDGED_BLOCK < prefix.nextOffset; block++)
    for (const row of prefix.exceptions(block)?.refused ?? [])
      offsets.push(block * JUDGED_BLOCK + row)
  return offsets
}
