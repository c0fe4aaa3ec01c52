import type { RowDifference } from '@waggle/consume'

/**
 * One view that can be built again beside what is served, by engine: files of an embedded bus, keys in Redis, tables
 * in ClickHouse. The steps follow each other; each is whole after a kill at any instruction, and may be repeated:
 *
 *   shadow -> diff -> switch;  switch -> rollback -> switch ...
 *
 * What is served stays as it is until `switch`. A shadow says nothing in the log: no results and no dead letters, for
 * up to where the live one stands they are there already.
 */
export interface RebuildTarget {
  /** The view's own name, as in `status()`. */
  readonly name: string
  /**
   * Builds from the log up to where the live one stands. NOT_FOUND where there is no live one, so that nothing is to
   * be rebuilt.
   */
  shadow(options: ShadowOptions): Promise<Built>
  /**
   * Row by row, both at the same positions, which `shadow` or this brings about. VIEW_UNAVAILABLE where the live one
   * cannot be looked at now, such as while another process holds it.
   */
  diff(): Promise<Iterable<RowDifference> | AsyncIterable<RowDifference>>
  /**
   * What is served from now on is the shadow, in one step; what was served is kept for `rollback`, and what was kept
   * before that goes. NOT_FOUND without a shadow, VIEW_UNAVAILABLE as in `diff`.
   */
  switch(): Promise<void>
  /** The one before the last switch is served again, and the one switched to is the shadow. NOT_FOUND without one. */
  rollback(): Promise<void>
  /** Removes what is kept for `rollback`, and a shadow; how many of the two there were. */
  dropOld(): Promise<number>
  close(): Promise<void>
}

export interface ShadowOptions {
  /** Goes on from what an earlier build left, if that is sound; otherwise begins at the start of the log. */
  readonly resume: boolean
  /** Of the records to read, how many are read; may be called often. */
  onProgress(done: number, total: number): void
}

export interface Built {
  /** Records read by this call. */
  readonly records: number
  /** Of these, records the view refused. */
  readonly refused: number
}
