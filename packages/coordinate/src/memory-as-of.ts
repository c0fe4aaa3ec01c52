import type { Micros } from '@waggle/base'
import {
  knownEventOf,
  readAdmitted,
  type AdmittedRecord,
  type AdmittedSource,
} from '@waggle/consume'
import { partitionName } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { cutKnown } from '@waggle/replay'
import {
  createMemoryView,
  emptyPartition,
  foldCoordination,
  type MemoryView,
  type PartitionState,
} from '@waggle/view-coordination'
import { MEMORY_TOPIC } from './shared-memory.ts'

export interface MemoryAsOf {
  readonly view: MemoryView
  /** True once nothing appended later can count as known by the time: the answer is final. */
  readonly sealed: boolean
}

/** Shared memory as it stood when only what was known at `asOf` was known; the cut is made while reading. */
export async function memoryAsOf({
  run,
  asOf,
  ...source
}: AdmittedSource & { readonly run: string | null; readonly asOf: Micros }): Promise<MemoryAsOf> {
  const partitions = new Map<string, PartitionState>()
  let sealed = true
  for (const end of await source.log.ends(partitionsOf(source.log, [MEMORY_TOPIC]))) {
    const state = emptyPartition()
    let watermark = -Infinity
    const ofRun = ({ envelope, knownFrom }: AdmittedRecord): boolean => {
      if (envelope.run !== run) return false
      watermark = Math.max(watermark, knownFrom)
      return true
    }
    for await (const batch of cutKnown(readAdmitted(source, end), ofRun, asOf)) {
      for (const record of batch) foldCoordination(state, knownEventOf(record))
    }
    partitions.set(partitionName(end), state)
    sealed &&= watermark > asOf
  }
  return { view: createMemoryView(partitions), sealed }
}
