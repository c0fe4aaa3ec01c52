import { LIMITS } from '@waggle/base'

/**
 * What a partition remembers of one session: which sequence numbers it has and where. Runs of
 * consecutive numbers at consecutive offsets are kept as one; `older` is sorted, the newest stands apart
 * so that growing it copies nothing.
 */
export interface ProducerWindow {
  readonly older: readonly SeqRun[]
  readonly newest: SeqRun | undefined
}

export interface SeqRun {
  readonly firstSeq: number
  readonly count: number
  readonly firstOffset: number
}

export type SeqLookup =
  | { readonly is: 'new' }
  | { readonly is: 'duplicate'; readonly offset: number }
  /** A number below the newest that the window no longer holds, or that was never used. */
  | { readonly is: 'passed' }

export const EMPTY_WINDOW: ProducerWindow = { older: [], newest: undefined }

const NEW: SeqLookup = { is: 'new' }

export function lookupSeq({ older, newest }: ProducerWindow, seq: number): SeqLookup {
  if (newest === undefined || seq >= newest.firstSeq + newest.count) return NEW
  const run = seq >= newest.firstSeq ? newest : older.findLast(({ firstSeq }) => firstSeq <= seq)
  if (run === undefined || seq >= run.firstSeq + run.count) return { is: 'passed' }
  return { is: 'duplicate', offset: run.firstOffset + (seq - run.firstSeq) }
}

/** The window after `seq` was appended at `offset`; seq must be new. */
export function extendWindow(
  { older, newest }: ProducerWindow,
  seq: number,
  offset: number,
): ProducerWindow {
  if (newest === undefined)
    return { older, newest: { firstSeq: seq, count: 1, firstOffset: offset } }
  const { firstSeq, count, firstOffset } = newest
  if (firstSeq + count === seq && firstOffset + count === offset) {
    return { older, newest: { firstSeq, count: count + 1, firstOffset } }
  }
  return {
    older: [...older, newest].slice(1 - LIMITS.producerWindowRuns),
    newest: { firstSeq: seq, count: 1, firstOffset: offset },
  }
}
