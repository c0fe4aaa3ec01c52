/** Requests of one kind since the start. */
export interface RequestCount {
  readonly method: string
  /** Template of the route, or `other`: paths themselves would be labels without number. */
  readonly route: string
  readonly status: number
  readonly count: number
  /** Until the answer began, in seconds, all of them together. */
  readonly seconds: number
  /** How many took at most as long as this one of `DURATION_BUCKETS` says, and longer than the one before. */
  readonly buckets: readonly number[]
}

/** What a service that is asked over HTTP has been asked. */
export interface Traffic {
  readonly requests: readonly RequestCount[]
  /** Live tails that are open. */
  readonly liveReaders: number
}
