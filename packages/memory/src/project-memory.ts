import { isWaggleError, type Micros } from '@waggle/base'
import {
  knownEventOf,
  type AdmittedRecord,
  type Checkpoint,
  type Dump,
  type KeptProjection,
} from '@waggle/consume'
import { partitionName, type TopicPartition } from '@waggle/event'
import type { PastProjection } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import { digestMemory } from './digest-memory.ts'
import { foldErasure, foldMemory } from './fold-memory.ts'
import { applyIndexSteps } from './indexed-memories.ts'
import { loadMemory, plainMemory, type MemoryDump } from './keep-memory.ts'
import { maintainMemory, partitionsHoldingUp } from './maintain-memory.ts'
import {
  emptyMemoryState,
  MEMORY_TOPICS,
  swarmMemoryOf,
  type MemoryEvent,
  type MemoryState,
  type MemoryStateOptions,
} from './memory-state.ts'
import { memoryRows } from './memory-rows.ts'
import { createMemoryView, type MemoryView } from './memory-view.ts'
import type { ReadBack } from './read-episode.ts'

export interface MemoryProjection extends PastProjection<MemoryView>, KeptProjection {
  /** Moves up to `most` memories of each swarm into the graph of its index. */
  settle(most: number): void
  /** Partitions of the live run that hold up, at this time, that something forgotten is dropped. */
  due(by: Micros): TopicPartition[]
}

export interface MemoryProjectionOptions extends MemoryStateOptions {
  /** Opens what was sealed; without one, sealed texts stay as they are. */
  readonly vault?: Pick<Vault, 'open'>
  /** Reads what is archived; it is in no answer without. */
  readonly readBack?: ReadBack
  /** Nothing is packed or let go with age: for views of the past, which may be asked about times before. */
  readonly ageless?: boolean
}

/** Memory in process: state and positions live and die together, and are rebuilt from the log. */
export function createMemoryProjection(options: MemoryProjectionOptions = {}): MemoryProjection {
  const state = emptyMemoryState(options)
  const checkpoints = new Map<string, Checkpoint>()
  const flush = (): Promise<void> => carryOut(state)
  return {
    // What was let go with age is missing in the past of others: they have snapshots of their own.
    name: options.ageless === true ? 'memory-past' : 'memory',
    version: 1,
    topics: MEMORY_TOPICS,
    view: createMemoryView(state, options.readBack),
    settle: (most) => {
      for (const { swarms } of state.runs.values())
        for (const { index } of swarms.values()) index?.settle(most)
    },
    due: (by) => partitionsHoldingUp(state, by),
    checkpoints: async () => {
      // A runner that starts again asks first: what the index still waits for comes before anything new.
      await flush()
      return [...checkpoints.values()]
    },
    apply: async ({ topic, partition, nextOffset, events, admission }) => {
      const name = partitionName({ topic, partition })
      await flush()
      const applied = checkpoints.get(name)?.nextOffset ?? 0n
      if (nextOffset <= applied) return
      // Decoded and opened before anything is folded: a batch takes effect whole or not at all.
      const known: MemoryEvent[] = []
      for (const record of events) {
        if (record.record.offset < applied) continue
        const closed = memoryEventOf(record)
        const sealed = closed.event.subject !== null && options.vault !== undefined
        known.push(sealed ? await openEvent(closed, options.vault!) : closed)
      }
      for (const event of known) foldMemory(state, event)
      checkpoints.set(name, { topic, partition, nextOffset, admission })
      if (options.ageless !== true) maintainMemory(state)
      await flush()
    },
    mindErasures: (erasures) => {
      for (const known of erasures) {
        const { run, swarm } = known.event
        if (run === null) foldErasure(state, swarmMemoryOf(state, { run, swarm }), known)
      }
    },
    reset: async () => {
      state.runs.clear()
      checkpoints.clear()
    },
    digest: async () => digestMemory(state),
    rows: () => memoryRows(state),
    stateKey: stateKeyOf(state),
    prepareDump: () => carryOut(state, { late: true }),
    dump: () => {
      const plain = plainMemory(state)
      return plain === undefined
        ? undefined
        : { state: plain, checkpoints: [...checkpoints.values()] }
    },
    load: (dump: Dump) => {
      loadMemory(state, dump.state as MemoryDump)
      for (const at of dump.checkpoints) checkpoints.set(partitionName(at), at)
    },
  }
}

/** Gives the indexes what folds asked for; `late`: and has them do what they put off. */
async function carryOut({ runs }: MemoryState, { late = false } = {}): Promise<void> {
  for (const { swarms } of runs.values()) {
    for (const swarm of swarms.values()) {
      await applyIndexSteps(swarm)
      if (late) await swarm.index?.catchUp?.()
    }
  }
}

/** What is kept, and for how long, depends on these; who is without an index has no documents for one. */
function stateKeyOf({ retention, indexedKinds, openIndex }: MemoryState): string {
  const kinds = [...indexedKinds].sort()
  return JSON.stringify([retention, kinds, openIndex === undefined ? 'no index' : 'index'])
}

export function memoryEventOf(admitted: AdmittedRecord): MemoryEvent {
  const { record, writer } = admitted
  return { ...knownEventOf(admitted), frame: { bytes: record.value, writer }, erased: false }
}

/**
 * A broken seal counts as erased: once its key is destroyed nobody can tell the two apart, and a rebuild has to find
 * what the live view found.
 */
export async function openEvent(
  known: MemoryEvent,
  vault: Pick<Vault, 'open'>,
): Promise<MemoryEvent> {
  try {
    const event = await vault.open(known.event)
    return event === undefined ? { ...known, erased: true } : { ...known, event }
  } catch (error) {
    if (!isWaggleError(error, 'SEAL_INVALID')) throw error
    return { ...known, erased: true }
  }
}
