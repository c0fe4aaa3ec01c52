import type { Micros } from '@waggle/base'

/** A token bucket: so many requests a second on average, and a burst of ten seconds' worth. */
export interface Bucket {
  readonly tokens: number
  readonly at: Micros
}

const BURST_SECONDS = 10

/**
 * Takes one request out of the bucket. `retryAfter` is undefined where it was there, else the seconds until it is.
 */
export function takeRequest(
  bucket: Bucket | undefined,
  rate: number,
  now: Micros,
): { readonly bucket: Bucket; readonly retryAfter: number | undefined } {
  const most = Math.max(1, rate * BURST_SECONDS)
  const since = bucket === undefined ? 0 : Math.max(0, now - bucket.at) / 1_000_000
  const tokens = Math.min(most, (bucket?.tokens ?? most) + since * rate)
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, at: now }, retryAfter: undefined }
  return { bucket: { tokens, at: now }, retryAfter: (1 - tokens) / rate }
}
