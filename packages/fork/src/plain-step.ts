import { parsePosition, partitionKeyOf, positionText, type WaggleEvent } from '@waggle/event'
import { partitionOf } from '@waggle/log'
import type { RunSteps } from './own-steps.ts'

/** Fields of an event as they compare with those of another run. */
export type PlainStep = ReadonlyMap<string, unknown>

/** UUIDs, wherever they stand in a text. */
export const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** Who said it as which, and in which run: two runs never share them. */
const PLACE: ReadonlySet<string> = new Set(['id', 'run', 'session', 'seq'])
const CLOCKS: ReadonlySet<string> = new Set(['occurred_at', 'known_at'])

/** Fields that hold an offset: the topic of the key's partition, and by how much it lies behind the record. */
export const OFFSETS: Readonly<Record<string, readonly [topic: string, behind: number]>> = {
  'fill fencing_token': ['waggle.locks.v1', 0],
  'lock_command token': ['waggle.locks.v1', 0],
  'lock_result token': ['waggle.locks.v1', 0],
  'memory_result expected_version': ['waggle.memory.v1', 1],
  'memory_result version': ['waggle.memory.v1', 1],
  'memory_write expected_version': ['waggle.memory.v1', 1],
  'proposal_result decided_offset': ['waggle.proposals.v1', 0],
  'proposal_result evidence': ['waggle.proposals.v1', 0],
  'proposal_result uncounted': ['waggle.proposals.v1', 0],
}

export interface Comparing {
  readonly steps: RunSteps
  /** Partitions of a topic. */
  readonly partitions: (topic: string) => number
  /** Whether the time of an event counts as part of it. */
  readonly clocks: boolean
}

/**
 * The mapping rule between runs: run, session, number and id are left out; every id that stands in a text, and every
 * offset of a record, is replaced by the name of that step where it lies behind the parting. What both runs
 * share keeps its id and its offset.
 */
export function plainStep({ steps, partitions, clocks }: Comparing, event: WaggleEvent): PlainStep {
  const key = partitionKeyOf(event)
  const named = (text: string): string => text.replaceAll(ID, (id) => steps.nameById.get(id) ?? id)
  const stepAt = (field: string, offset: number): unknown => {
    const [topic, behind] = OFFSETS[field]!
    const partition = partitionOf(key, partitions(topic))
    const at = parsePosition(`${topic}/${partition}@${Math.max(0, offset - behind)}`)!
    return steps.nameByPosition.get(positionText(at)) ?? offset
  }
  const plain = (value: unknown, field: string): unknown => {
    if (typeof value === 'string') return named(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'number' && field in OFFSETS) return stepAt(field, value)
    if (Array.isArray(value)) return value.map((item) => plain(item, field))
    if (typeof value !== 'object' || value === null) return value
    // The offset is the only number of the records that hold one.
    return Object.entries(value).map(([name, item]) => [name, plain(item, field)])
  }
  const fields = Object.entries(event)
    .filter(([name]) => !PLACE.has(name) && (clocks || !CLOCKS.has(name)))
    .map(([name, value]) => [name, plain(value, `${event.kind} ${name}`)] as const)
  return new Map(fields)
}

/** Names of the fields in which two steps differ. */
export function differingFields(a: PlainStep, b: PlainStep): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(
    (name) => JSON.stringify(a.get(name)) !== JSON.stringify(b.get(name)),
  )
}
