import type { Position } from '@waggle/event'
import { feedProjection } from './feed-projection.ts'
import type { Projection, ProjectionBatch } from './projection.ts'
import type { AdmittedSource } from './read-admitted.ts'

/** Close enough for the last stretch, which another view is held still for. */
const NEAR_RECORDS = 1000n
const STRETCHES_MAX = 16

/**
 * Feeds a view up to where another one is, which goes on meanwhile, again and again until little is left. Gives the
 * records the view refused.
 */
export async function feedNear(
  source: AdmittedSource,
  projection: Projection,
  mark: () => Promise<readonly Position[]>,
  onBatch?: (batch: ProjectionBatch) => void,
): Promise<Position[]> {
  const refused: Position[] = []
  let ends = await mark()
  for (let stretch = 0; stretch < STRETCHES_MAX; stretch++) {
    refused.push(...(await feedProjection(source, projection, ends, onBatch)))
    const next = await mark()
    if (recordsIn(next) - recordsIn(ends) <= NEAR_RECORDS) break
    ends = next
  }
  return refused
}

export function recordsIn(ends: readonly Position[]): bigint {
  return ends.reduce((sum, { offset }) => sum + offset, 0n)
}
