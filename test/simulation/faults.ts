import type { Random } from '@waggle/base'

/** What can go wrong. Each seed chooses its own set; a failing one is shrunk by dropping faults one at a time. */
export const FAULTS = [
  /** Agents and coordinators stop for longer than leases and deadlines last. */
  'pauses',
  /** The clocks of some agents are off, by up to an hour either way. */
  'skew',
  /** Partitions are read in any order, in batches of any size. */
  'splits',
  /** Appends land twice; half the seeds have a log that does not recognise that, as Kafka. */
  'duplicates',
  /** Appends of coordinators fail: before they land, with some partitions written, or with the answer lost. */
  'unavailable',
  /** Partitions move between coordinators, which may both hold them for a while or none. */
  'rebalances',
  /** A coordinator dies at any await and another starts from nothing. */
  'crashes',
  /** Ticks come late, backdated, or not to every partition. */
  'late-ticks',
] as const
export type Fault = (typeof FAULTS)[number]

export function faultsOf(random: Random): Set<Fault> {
  return new Set(FAULTS.filter(() => random.next() < 0.75))
}
