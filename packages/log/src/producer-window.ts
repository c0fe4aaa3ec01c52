import { LIMITS } from '@waggle/base'

/**
 * What a partition remembers of one session: which sequence numbers it has and where. Runs of
 * consecutive numbers at consecutive offsets are kept as one, the newest last.
 */
export type ProducerWindow = readonly SeqRun[]

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

export function lookupSeq(window: ProducerWindow, seq: number): SeqLookup {
  const newest = window.at(-1)
  if (newest === undefined || seq >= newest.firstSeq + newest.count) return { is: 'new' }
  for (let i = window.length - 1; i >= 0; i--) {
    const run = window[i]!
    const index = seq - run.firstSeq
    if (index >= 0 && index < run.count) return { is: 'duplicate', offset: run.firstOffset + index }
  }
  return { is: 'passed' }
}

/** The window after `seq` was appended at `offset`; seq must be new. */
export function extendWindow(window: ProducerWindow, seq: number, offset: number): ProducerWindow {
  const newest = window.at(-1)
  if (
    newest !== undefined &&
    newest.firstSeq + newest.count === seq &&
    newest.firstOffset + newest.count === offset
  ) {
    return [...window.slice(0, -1), { ...newest, count: newest.count + 1 }]
  }
  return [...window, { firstSeq: seq, count: 1, firstOffset: offset }].slice(
    -LIMITS.producerWindowRuns,
  )
}
