import { feedProjection, type AdmittedSource, type Projection } from '@waggle/consume'
import { partitionName, type Position } from '@waggle/event'
import type { Built, ShadowOptions } from './rebuild-target.ts'

/** Brings a shadow from where it is up to these ends. */
export async function feedTo(
  source: AdmittedSource,
  projection: Projection,
  ends: readonly Position[],
  onProgress: ShadowOptions['onProgress'],
): Promise<Built> {
  const at = await offsetsOf(projection)
  const missing = ends.map((end) => Number(end.offset - (at.get(partitionName(end)) ?? 0n)))
  const total = missing.reduce((sum, records) => sum + Math.max(0, records), 0)
  let records = 0
  onProgress(0, total)
  const refused = await feedProjection(source, projection, ends, ({ firstOffset, nextOffset }) => {
    records += Number(nextOffset - firstOffset)
    onProgress(records, total)
  })
  return { records, refused: refused.length }
}

/** Where a projection goes on, by partition. */
export async function offsetsOf(projection: Projection): Promise<Map<string, bigint>> {
  const checkpoints = await projection.checkpoints()
  return new Map(checkpoints.map((at) => [partitionName(at), at.nextOffset]))
}
