import { WaggleError } from '@waggle/base'
import { emptyAdmission, judgeBatch, knownEventOf } from '@waggle/consume'
import { positionText, type MergePolicy, type Position, type WriteStatus } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { readView, type Answer, type ReadOptions } from '@waggle/query'
import {
  canonicalJson,
  type EntryReport,
  type Json,
  type RememberedWrite,
} from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'

export const MEMORY_TOPIC = 'waggle.memory.v1'

/** An entry with its content read. */
export type MemoryEntry = Omit<EntryReport, 'value'> & { readonly value: Json }

/** What became of a write, as the log decided it. */
export interface WriteOutcome {
  readonly status: WriteStatus
  /** Version of the entry right after the write; 0 where there is none. */
  readonly version: number
  readonly reason: string
  /** The entry when the answer was read: as the write left it, or newer. */
  readonly entry: MemoryEntry | undefined
  readonly position: Position
}

export interface WriteOptions {
  /** Counts only in the write that makes the entry. */
  readonly merge?: MergePolicy
  readonly irreversible?: boolean
}

export interface UpdateOptions extends WriteOptions {
  /** Writes at most; another agent's write is between any two. */
  readonly attempts?: number
}

export interface MemoryChange {
  readonly key: string
  readonly version: number
  readonly writer: string
  /** The entry as of this version or newer; undefined where it has been removed. */
  readonly entry: MemoryEntry | undefined
  readonly position: Position
}

/**
 * A namespace of shared memory as one agent has it. Every write waits for the log's answer, up to the time
 * given (VIEW_STALE after it, and the write may still take effect); whoever reads later sees it.
 */
export interface SharedMemory {
  get(key: string, options?: ReadOptions): Promise<Answer<MemoryEntry | undefined>>
  /** Entries whose key begins with `prefix`, by key. */
  entries(prefix?: string, options?: ReadOptions): Promise<Answer<MemoryEntry[]>>
  /** Overwrites, or merges by the entry's policy, whatever is there. */
  set(key: string, value: Json, options?: WriteOptions): Promise<WriteOutcome>
  /** Takes effect if the entry still has this version, 0 for none; else goes by the entry's policy. */
  compareAndSet(
    key: string,
    value: Json,
    expectedVersion: number,
    options?: WriteOptions,
  ): Promise<WriteOutcome>
  /** Removes the entry, if it has this version where one is given. */
  remove(key: string, expectedVersion?: number): Promise<WriteOutcome>
  /**
   * Reads, changes and writes until no other write came between, for entries under REFUSE; another policy
   * may merge instead. Undefined from `change` removes. The last outcome is a CONFLICT if attempts ran out.
   */
  update(
    key: string,
    change: (present: Json | undefined) => Json | undefined,
    options?: UpdateOptions,
  ): Promise<WriteOutcome>
  /** Changes from now on, until the signal aborts; writes that changed nothing are left out. */
  watch(prefix: string, signal: AbortSignal): Promise<AsyncIterable<MemoryChange>>
}

const ATTEMPTS = 100
const TIMEOUT_MS = 5000

/** Memory that the agents of a swarm write together. */
export function createSharedMemory(
  bus: AgentBus,
  namespace: string,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): SharedMemory {
  const write = (
    key: string,
    value: Json | undefined,
    expected: number | null,
    { merge = 'REFUSE', irreversible = false }: WriteOptions = {},
  ): Promise<WriteOutcome> =>
    writeEntry(bus, { namespace, key, value, expected, merge, irreversible }, timeoutMs)
  const get: SharedMemory['get'] = (key, options) =>
    readView(bus.coordination, (view) => entryOf(view.entry(bus, namespace, key)), options)

  return {
    get,
    entries: (prefix, options) =>
      readView(
        bus.coordination,
        (view) => view.entries(bus, namespace, prefix).map((found) => entryOf(found)),
        options,
      ),
    set: (key, value, options) => write(key, value, null, options),
    compareAndSet: (key, value, expected, options) => write(key, value, expected, options),
    remove: (key, expected) => write(key, undefined, expected ?? null),
    update: async (key, change, { attempts = ATTEMPTS, ...options } = {}) => {
      for (let attempt = 1; ; attempt++) {
        const { value: entry } = await get(key)
        const next = change(entry?.value)
        const outcome = await write(key, next, entry?.version ?? 0, options)
        // Those who lost against this write go first next time: else who is in the lead stays there.
        if (outcome.status === 'APPLIED' && hasRivals(outcome.entry)) await bus.clock.sleep(0)
        if (outcome.status !== 'CONFLICT' || attempt >= attempts) return outcome
      }
    },
    watch: async (prefix, signal) => {
      const from = await bus.log.ends(partitionsOf(bus.log, [MEMORY_TOPIC]))
      return changesOf(bus, { namespace, prefix, from, signal, timeoutMs })
    },
  }
}

interface Wish {
  readonly namespace: string
  readonly key: string
  readonly value: Json | undefined
  readonly expected: number | null
  readonly merge: MergePolicy
  readonly irreversible: boolean
}

async function writeEntry(
  bus: AgentBus,
  { value, expected, ...wish }: Wish,
  timeoutMs: number,
): Promise<WriteOutcome> {
  const { position } = await bus.emitter.emit({
    kind: 'memory_write',
    ...wish,
    value: value === undefined ? null : canonicalJson(value),
    expected_version: expected,
  })
  const { answer, entry } = await answerTo(bus, wish, position, timeoutMs)
  if (answer === undefined) {
    throw new WaggleError('NOT_FOUND', `The write of ${wish.namespace}/${wish.key} has no answer`, {
      input: positionText(position),
    })
  }
  const { status, version, reason } = answer
  return { status, version, reason, entry, position }
}

/** What became of the write at a position, and the entry as it is now, in one look at the view. */
async function answerTo(
  { coordination, swarm, run }: AgentBus,
  { namespace, key }: { readonly namespace: string; readonly key: string },
  position: Position,
  timeoutMs: number,
): Promise<{ answer: RememberedWrite | undefined; entry: MemoryEntry | undefined }> {
  const { value } = await readView(
    coordination,
    (view) => ({
      answer: view.writeAnswer(run, position),
      entry: entryOf(view.entry({ swarm, run }, namespace, key)),
    }),
    { after: [position], timeoutMs },
  )
  return value
}

interface WatchOptions {
  readonly namespace: string
  readonly prefix: string
  readonly from: readonly Position[]
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** The log says which writes there are, the own view what became of them: nobody else is believed. */
async function* changesOf(
  bus: AgentBus,
  { namespace, prefix, from, signal, timeoutMs }: WatchOptions,
): AsyncGenerator<MemoryChange> {
  const { log, codec, swarm, run } = bus
  for await (const batch of log.tail(from, { signal, maxRecords: 1024 })) {
    const { admitted } = await judgeBatch(codec, emptyAdmission(), batch)
    for (const { event, position } of admitted.map(knownEventOf)) {
      if (event.kind !== 'memory_write' || event.swarm !== swarm || event.run !== run) continue
      if (event.namespace !== namespace || !event.key.startsWith(prefix)) continue
      const { key, agent: writer } = event
      const { answer, entry } = await answerTo(bus, event, position, timeoutMs)
      if (answer?.changed === true) yield { key, version: answer.version, writer, entry, position }
    }
  }
}

function hasRivals(entry: MemoryEntry | undefined): boolean {
  return entry !== undefined && entry.conflicts.length > 0
}

function entryOf(report: EntryReport): MemoryEntry
function entryOf(report: EntryReport | undefined): MemoryEntry | undefined
function entryOf(report: EntryReport | undefined): MemoryEntry | undefined {
  return report === undefined ? undefined : { ...report, value: JSON.parse(report.value) as Json }
}
