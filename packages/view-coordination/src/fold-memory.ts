import type { KnownEvent } from '@waggle/consume'
import type { MemoryResult, WriteStatus } from '@waggle/event'
import { emptyMemory, writeEntry, type MemoryState } from './entry-state.ts'
import { resultEnvelope, type ResultFields } from './result-fields.ts'

/** Shared memory of a run in one partition. */
export interface MemoryTable {
  readonly bySwarm: Map<string, MemoryState>
  /** What became of the latest writes, by offset, oldest first. */
  readonly answers: Map<number, RememberedWrite>
}

/** Contents are left out: they are in the entry, and in the result in the log. */
export interface RememberedWrite {
  readonly status: WriteStatus
  readonly version: number
  /** Whether the entry is another one since. */
  readonly changed: boolean
  readonly reason: string
}

/** Bound per run and partition: more than a batch, so that whoever waits for its own write finds the answer. */
export const WRITES_REMEMBERED = 10_000

export function emptyMemoryTable(): MemoryTable {
  return { bySwarm: new Map(), answers: new Map() }
}

/** A write -> its one result. */
export function foldMemory(
  table: MemoryTable,
  { event, knownFrom, position }: KnownEvent,
): ResultFields<MemoryResult>[] {
  if (event.kind !== 'memory_write') return []
  const { swarm, namespace, key } = event
  const memory = table.bySwarm.get(swarm) ?? emptyMemory()
  table.bySwarm.set(swarm, memory)
  const offset = Number(position.offset)
  const answer = writeEntry(memory, event, offset, knownFrom)
  const { status, version, value, refusedValue, changed, reason } = answer
  table.answers.set(offset, { status, version, changed, reason })
  if (table.answers.size > WRITES_REMEMBERED) {
    const [oldest] = table.answers.keys()
    table.answers.delete(oldest!)
  }
  return [
    {
      kind: 'memory_result',
      ...resultEnvelope(event, event.id, knownFrom),
      namespace,
      key,
      status,
      writer: event.agent,
      version,
      value,
      refused_value: refusedValue,
      expected_version: event.expected_version,
      reason,
    },
  ]
}
