import { isDeepStrictEqual } from 'node:util'
import type { EventByKind, WaggleEvent } from '@waggle/event'
import type { Result } from './fold-coordination.ts'

/** What the coordinator says in the log. */
export type ResultEvent = EventByKind[Result['kind']]

/** SAME, DIFFERS in some fields, MISSING in the log, or EXTRA: in the log, and nothing brought it about. */
export type ComparisonStatus = 'SAME' | 'DIFFERS' | 'MISSING' | 'EXTRA'

export interface Comparison {
  readonly status: ComparisonStatus
  /** As counted; as written where nothing was counted. */
  readonly result: ResultEvent
  /** Names of the fields that differ. */
  readonly fields: readonly string[]
}

/** Results counted and results written, matched by session and sequence number; in the order counted. */
export function compareResults(
  counted: readonly WaggleEvent[],
  written: readonly WaggleEvent[],
): Comparison[] {
  const left = new Map(written.map((event) => [placeOf(event), event]))
  const compared = counted.map((result): Comparison => {
    const found = left.get(placeOf(result))
    left.delete(placeOf(result))
    if (found === undefined) return { status: 'MISSING', result: asResult(result), fields: [] }
    const fields = differingFields(result, found)
    return { status: fields.length === 0 ? 'SAME' : 'DIFFERS', result: asResult(result), fields }
  })
  const extra = [...left.values()].map((event): Comparison => ({
    status: 'EXTRA',
    result: asResult(event),
    fields: [],
  }))
  return [...compared, ...extra]
}

function differingFields(a: WaggleEvent, b: WaggleEvent): string[] {
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return [...new Set([...left.keys(), ...right.keys()])].filter(
    (field) => !isDeepStrictEqual(left.get(field), right.get(field)),
  )
}

function placeOf({ session, seq }: WaggleEvent): string {
  return `${session}/${seq}`
}

/** Topics of results hold nothing else: admission sees to it. */
function asResult(event: WaggleEvent): ResultEvent {
  return event as ResultEvent
}
