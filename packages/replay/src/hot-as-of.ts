import type { Micros } from '@waggle/base'
import { knownEventOf, readAdmitted, type AdmittedSource } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { createHotView, foldHot, HOT_TOPICS, type HotState, type HotView } from '@waggle/view-hot'
import { cutKnown } from './cut-known.ts'

export interface HotAsOf {
  readonly view: HotView
  /**
   * True once every partition's watermark of the run has passed the time: then nothing appended later
   * can count as known by it, and the answer is final.
   */
  readonly sealed: boolean
}

export interface AsOfOptions extends AdmittedSource {
  readonly run: string | null
  readonly asOf: Micros
}

/**
 * The hot view as it stood when only what was known at `asOf` was known. The cut is a prefix of every
 * partition (known_from never decreases within run and partition), so it is made while reading.
 */
export async function hotAsOf({ run, asOf, ...source }: AsOfOptions): Promise<HotAsOf> {
  const state: HotState = new Map()
  let sealed = true
  for (const end of await source.log.ends(partitionsOf(source.log, HOT_TOPICS))) {
    let watermark = -Infinity
    const ofRun = (record: { envelope: { run: string | null }; knownFrom: Micros }): boolean => {
      if (record.envelope.run !== run) return false
      watermark = Math.max(watermark, record.knownFrom)
      return true
    }
    for await (const batch of cutKnown(readAdmitted(source, end), ofRun, asOf)) {
      for (const record of batch) foldHot(state, knownEventOf(record))
    }
    sealed &&= watermark > asOf
  }
  return { view: createHotView(state), sealed }
}
