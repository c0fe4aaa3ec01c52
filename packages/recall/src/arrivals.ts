import type { Micros } from '@waggle/base'
import type { RecallDocument } from './recall-index.ts'

/** A document while it is being embedded: what is said about it meanwhile must not be lost. */
export interface Arrival {
  readonly document: RecallDocument
  dropped: boolean
  removedAt: Micros
}

export interface Arrivals {
  expect(documents: readonly RecallDocument[]): readonly Arrival[]
  arrived(batch: readonly Arrival[]): void
  expects(key: string): boolean
  remove(key: string, at: Micros): void
  drop(key: string): void
}

export function createArrivals(): Arrivals {
  const batches = new Set<readonly Arrival[]>()
  const each = (key: string, effect: (arrival: Arrival) => void): void => {
    for (const batch of batches)
      for (const arrival of batch) if (arrival.document.key === key) effect(arrival)
  }
  return {
    expect: (documents) => {
      const batch = documents.map((document) => ({ document, dropped: false, removedAt: Infinity }))
      batches.add(batch)
      return batch
    },
    arrived: (batch) => void batches.delete(batch),
    expects: (key) =>
      [...batches].some((batch) => batch.some(({ document }) => document.key === key)),
    remove: (key, at) =>
      each(key, (arrival) => (arrival.removedAt = Math.min(arrival.removedAt, at))),
    drop: (key) => each(key, (arrival) => (arrival.dropped = true)),
  }
}
