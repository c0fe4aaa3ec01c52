/**
 * Upper bounds in seconds: the semantic conventions advise them for http.server.request.duration, and the same for the
 * durations of messaging.
 */
export const DURATION_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]
