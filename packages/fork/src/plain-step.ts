import { positionText, type WaggleEvent } from '@waggle/event'
import { isSealed } from '@waggle/vault'
import { mapFields } from './map-event.ts'
import type { RunSteps } from './own-steps.ts'

/** Fields of an event as they compare with those of another run, as texts. */
export type PlainStep = ReadonlyMap<string, string>

/** Who said it as which, and in which run: two runs never share them. */
const PLACE: ReadonlySet<string> = new Set(['id', 'run', 'session', 'seq'])
const CLOCKS: ReadonlySet<string> = new Set(['occurred_at', 'known_at'])

/** Names by id, and by the text of a position. */
export interface NamesOfSteps {
  readonly nameById: Pick<RunSteps['nameById'], 'get'>
  readonly nameByPosition: Pick<RunSteps['nameByPosition'], 'get'>
}

export interface Comparing {
  readonly steps: NamesOfSteps
  readonly topics: Readonly<Record<string, number>>
  /** Whether the time of an event counts as part of it. */
  readonly clocks: boolean
}

/**
 * The mapping rule between runs: run, session, number and id are left out; every id that stands in a text, and every
 * offset of a record, is replaced by the name of that step where it lies behind the parting. What both runs
 * share keeps its id and its offset. A text that nobody opened is told by its length: the same one sealed in another
 * event has other bytes.
 */
export function plainStep({ steps, topics, clocks }: Comparing, event: WaggleEvent): PlainStep {
  const fields = mapFields(event, {
    topics,
    idOf: (id) => steps.nameById.get(id) ?? id,
    offsetOf: (at) => steps.nameByPosition.get(positionText(at)),
  })
  return new Map(
    fields
      .filter(([name]) => !PLACE.has(name) && (clocks || !CLOCKS.has(name)))
      .map(([name, value]) => [name, textOf(value)]),
  )
}

/** Names of the fields in which two steps differ. */
export function differingFields(a: PlainStep, b: PlainStep): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name))
}

/** A value as it is, or what can be told of a text that nobody opened. */
export function plainText(value: unknown): unknown {
  return typeof value === 'string' && isSealed(value) ? `${value.length} characters, sealed` : value
}

function textOf(value: unknown): string {
  return JSON.stringify(plainText(value), (_key, item: unknown) =>
    typeof item === 'bigint' ? String(item) : item,
  )
}
