import type { Micros } from '@waggle/base'
import { knownEventOf, readAdmitted, type AdmittedSource } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { cutKnown } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import { foldCompensations } from './compensation-state.ts'
import { foldMemory } from './fold-memory.ts'
import { applyIndexSteps } from './indexed-memories.ts'
import {
  emptyMemoryState,
  MEMORY_TOPICS,
  swarmMemoryOf,
  type MemoryState,
  type MemoryStateOptions,
} from './memory-state.ts'
import { createMemoryView, type MemoryView } from './memory-view.ts'
import { memoryEventOf, openEvent } from './project-memory.ts'
import { createReadBack } from './read-back.ts'

export interface MemoryAsOfOptions extends AdmittedSource, MemoryStateOptions {
  /** Null is live. */
  readonly run: string | null
  /** Microseconds. */
  readonly asOf: Micros
  readonly vault?: Pick<Vault, 'open'>
}

export interface MemoryAsOf {
  /** Its clock stands at `asOf`, or at the last event before. */
  readonly view: MemoryView
  /** True once every partition has passed the time: the answer is final. */
  readonly sealed: boolean
}

/**
 * Memory as it stood when only what was known at `asOf` was known, however long ago, rebuilt from the log.
 * What was erased since is not in it: an erasure is for all times.
 */
export async function memoryAsOf(options: MemoryAsOfOptions): Promise<MemoryAsOf> {
  const { run, asOf, log, vault } = options
  const state = emptyMemoryState({ ...options, topics: log.topics })
  await foldErasures(options, state)
  let sealed = true
  for (const end of await log.ends(partitionsOf(log, MEMORY_TOPICS))) {
    let watermark = -Infinity
    const ofRun = (record: { envelope: { run: string | null }; knownFrom: Micros }): boolean => {
      if (record.envelope.run !== run) return false
      watermark = Math.max(watermark, record.knownFrom)
      return true
    }
    for await (const batch of cutKnown(readAdmitted(options, end), ofRun, asOf)) {
      for (const record of batch) {
        const closed = memoryEventOf(record)
        const isSealed = closed.event.subject !== null && vault !== undefined
        foldMemory(state, isSealed ? await openEvent(closed, vault) : closed)
      }
      for (const swarm of state.runs.get(run ?? '')?.swarms.values() ?? [])
        await applyIndexSteps(swarm)
    }
    sealed &&= watermark > asOf
  }
  return { view: createMemoryView(state, createReadBack(options)), sealed }
}

/** Erasures of the live run, whenever they were known. */
async function foldErasures(options: MemoryAsOfOptions, state: MemoryState): Promise<void> {
  const { log } = options
  for (const end of await log.ends(partitionsOf(log, ['waggle.compensations.v1']))) {
    for await (const batch of readAdmitted(options, end)) {
      for (const admitted of batch) {
        if (admitted.writer.kind !== 'erasure' || admitted.envelope.run !== null) continue
        const { swarm } = admitted.envelope
        const { compensations } = swarmMemoryOf(state, { swarm, run: null })
        foldCompensations(compensations, knownEventOf(admitted))
      }
    }
  }
}
