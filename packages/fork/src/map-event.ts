import { partitionKeyOf, type Position, type WaggleEvent } from '@waggle/event'
import { partitionOf } from '@waggle/log'

/** UUIDs, wherever they stand in a text. */
export const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Fields that hold an offset: the topic of the key's partition, and by how much it lies behind the record. */
const OFFSETS: Readonly<Record<string, readonly [topic: string, behind: number]>> = {
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

/** What stands for what an event says of other events. */
export interface Mapping<Offset> {
  /** Partitions of each topic. */
  readonly topics: Readonly<Record<string, number>>
  idOf(id: string): string
  /** Undefined where it stays the offset that it is. */
  offsetOf(at: Position): Offset | undefined
}

/**
 * The fields of an event with every id in its texts and every offset of a record replaced. A version 0 is that of an
 * entry nobody has written, and stays.
 */
export function mapFields<Offset>(
  event: WaggleEvent,
  { topics, idOf, offsetOf }: Mapping<Offset>,
): [name: string, value: unknown][] {
  const key = partitionKeyOf(event)
  const offset = (value: number, [topic, behind]: readonly [string, number]): unknown => {
    const partition = partitionOf(key, topics[topic] ?? 1)
    const found = offsetOf({ topic, partition, offset: BigInt(value - behind) })
    return typeof found === 'number' ? found + behind : (found ?? value)
  }
  const map = (value: unknown, field: string): unknown => {
    if (typeof value === 'string') return value.replaceAll(ID, idOf)
    if (typeof value === 'number') return field in OFFSETS ? offset(value, OFFSETS[field]!) : value
    if (Array.isArray(value)) return value.map((item) => map(item, field))
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item, field)]))
  }
  return Object.entries(event).map(([name, value]) => [name, map(value, `${event.kind} ${name}`)])
}
