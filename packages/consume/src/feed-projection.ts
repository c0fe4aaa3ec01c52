import { partitionName, type Position } from '@waggle/event'
import { emptyAdmission } from './admission.ts'
import { RecordRejected, type Projection, type ProjectionBatch } from './projection.ts'
import { readBatches, type AdmittedSource } from './read-admitted.ts'

/**
 * Applies what a projection does not have yet, from its own positions up to the ends given and no further. Nothing is
 * said in the log: what admission or the view refuses there is a dead letter of the runner that was there first. Gives
 * the records this view refused.
 *
 * @param onBatch Told of every batch once it is applied.
 */
export async function feedProjection(
  source: AdmittedSource,
  projection: Projection,
  ends: readonly Position[],
  onBatch: (batch: ProjectionBatch) => void = () => {},
): Promise<Position[]> {
  const stored = await projection.checkpoints()
  const checkpoints = new Map(stored.map((checkpoint) => [partitionName(checkpoint), checkpoint]))
  const refused: Position[] = []
  for (const end of ends) {
    const start = checkpoints.get(partitionName(end)) ?? {
      nextOffset: 0n,
      admission: emptyAdmission(),
    }
    if (start.nextOffset >= end.offset) continue
    for await (const batch of readBatches(source, end, start)) {
      refused.push(...(await applyWithoutRejected(projection, batch)))
      onBatch(batch)
    }
  }
  return refused
}

async function applyWithoutRejected(
  projection: Projection,
  batch: ProjectionBatch,
): Promise<Position[]> {
  const { topic, partition } = batch
  const refused: Position[] = []
  let { events } = batch
  for (;;) {
    try {
      await projection.apply({ ...batch, events })
      return refused
    } catch (error) {
      if (!(error instanceof RecordRejected)) throw error
      const { offset } = error
      const rest = events.filter(({ record }) => record.offset !== offset)
      if (rest.length === events.length) throw error
      refused.push({ topic, partition, offset })
      events = rest
    }
  }
}
