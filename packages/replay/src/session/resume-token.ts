import { crc32 } from 'node:zlib'
import { WaggleError } from '@waggle/base'
import { parsePosition, positionText, type Position } from '@waggle/event'

/** Where a replay stands. */
export interface ResumePoint {
  /** Digest of the query it is a point of. */
  readonly query: string
  /** Number of events before it. */
  readonly count: number
  /** Offset behind the last event given, by partition name; partitions of which none was given are left out. */
  readonly next: ReadonlyMap<string, number>
  /** Where the log ended when the replay began: a resumed one ends there too. */
  readonly ends: readonly Position[]
}

const VERSION = 1

/** JSON behind its CRC, in base64url: opaque, and good in any later process. */
export function encodeResumePoint({ query, count, next, ends }: ResumePoint): string {
  const text = JSON.stringify([
    VERSION,
    query,
    count,
    [...next],
    ends.filter(({ offset }) => offset > 0n).map(positionText),
  ])
  return `${crc32(text).toString(36)}.${Buffer.from(text).toString('base64url')}`
}

/** INPUT_INVALID for a text that is no token, one of another version, or of another query. */
export function decodeResumePoint(token: string, query: string): ResumePoint {
  const [crc, body = ''] = token.split('.')
  const text = Buffer.from(body, 'base64url').toString()
  if (crc !== crc32(text).toString(36)) throw refused(token, 'is no resume token')
  const [version, own, count, next, ends] = JSON.parse(text) as [
    number,
    string,
    number,
    [string, number][],
    string[],
  ]
  if (version !== VERSION) throw refused(token, `has version ${version}, not ${VERSION}`)
  if (own !== query) throw refused(token, 'belongs to another query')
  return { query, count, next: new Map(next), ends: ends.map((end) => parsePosition(end)!) }
}

function refused(token: string, why: string): WaggleError {
  const input = token.slice(0, 40)
  return new WaggleError('INPUT_INVALID', `The resume token ${input} ${why}`, { input })
}
