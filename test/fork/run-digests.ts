import type { Codec } from '@waggle/codec'
import { lineageOf, partingOf, viewDigests } from '@waggle/fork'
import type { EventLog } from '@waggle/log'
import { createMemoryProjection } from '@waggle/memory'
import type { Vault } from '@waggle/vault'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'

export interface DigestedSource {
  readonly log: EventLog
  readonly codec: Codec
  readonly vault?: Vault
}

/** Digests of the views of one run behind where it parts from another, names mapped: equal where both did the same. */
export async function runDigests(
  source: DigestedSource,
  swarm: string,
  run: string | null,
  other: string | null,
): Promise<Record<string, string>> {
  const lineage = await lineageOf(source, swarm, run)
  const parting = partingOf(lineage, await lineageOf(source, swarm, other))
  const silent = { publish: async () => {}, lookAgain: () => {} }
  const views = [
    createHotProjection(),
    createCoordinationProjection(silent),
    createMemoryProjection({}),
  ]
  return viewDigests({ ...source, lineage, parting }, views)
}
