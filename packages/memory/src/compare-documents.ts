import type { Document } from '@waggle/event'
import type { Json } from './bind-parameters.ts'

export interface MetricChange {
  readonly name: string
  /** Null where the document has no such figure. */
  readonly before: number | null
  readonly after: number | null
  /** after - before, and that divided by |before|; null where it cannot be told. */
  readonly change: number | null
  readonly relative: number | null
}

export interface ValueChange {
  /** Where in the content, as a JSON Pointer (RFC 6901). */
  readonly path: string
  /** Undefined where there is nothing. */
  readonly before: Json | undefined
  readonly after: Json | undefined
}

export interface DocumentComparison {
  /** Every figure of either, by name. */
  readonly metrics: readonly MetricChange[]
  /** What differs in the content, by path; at most 1,000. */
  readonly values: readonly ValueChange[]
}

const CHANGES_MAX = 1000

type Compared = Pick<Document, 'metrics' | 'value'>

/** What differs from one document to another: two versions, or two models. */
export function compareDocuments(before: Compared, after: Compared): DocumentComparison {
  const names = [...new Set([...Object.keys(before.metrics), ...Object.keys(after.metrics)])].sort()
  const values: ValueChange[] = []
  compareValues(contentOf(before), contentOf(after), '', values)
  return {
    metrics: names.map((name) => metricChange(name, before.metrics[name], after.metrics[name])),
    values,
  }
}

function contentOf({ value }: Compared): Json | undefined {
  if (value === null) return undefined
  try {
    return JSON.parse(value) as Json
  } catch {
    return value
  }
}

function metricChange(name: string, before?: number, after?: number): MetricChange {
  const change = before === undefined || after === undefined ? null : after - before
  return {
    name,
    before: before ?? null,
    after: after ?? null,
    change,
    relative: change === null || before === 0 ? null : change / Math.abs(before!),
  }
}

function compareValues(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  changes: ValueChange[],
): void {
  if (changes.length >= CHANGES_MAX || before === after) return
  const [left, right] = [membersOf(before), membersOf(after)]
  if (left === undefined || right === undefined || Array.isArray(before) !== Array.isArray(after))
    return void changes.push({ path, before, after })
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const step = key.replaceAll('~', '~0').replaceAll('/', '~1')
    compareValues(left.get(key), right.get(key), `${path}/${step}`, changes)
  }
}

function membersOf(json: Json | undefined): Map<string, Json> | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  return new Map(Object.entries(json))
}
