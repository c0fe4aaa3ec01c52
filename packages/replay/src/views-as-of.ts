import {
  createCoordinationProjection,
  type CoordinationView,
  type ResultPublisher,
} from '@waggle/view-coordination'
import { createHotProjection, type HotView } from '@waggle/view-hot'
import { projectAsOf, type AsOfOptions, type PastView } from './project-as-of.ts'

export type HotAsOf = PastView<HotView>

/** The hot view as of a time or positions. */
export function hotAsOf(options: AsOfOptions): Promise<HotAsOf> {
  return projectAsOf(createHotProjection, options)
}

/** Who reads the past says nothing in the log. */
const SILENT: ResultPublisher = { publish: async () => {}, lookAgain: () => {} }

/**
 * Votes, locks, signals, shared memory, members with their weights and subscriptions, as of a time or positions. Of the
 * run that is asked for, a fork too, which nobody else counts.
 */
export function coordinationAsOf(options: AsOfOptions): Promise<PastView<CoordinationView>> {
  const { run } = options
  return projectAsOf(() => createCoordinationProjection(SILENT, (of) => of === run), options)
}
