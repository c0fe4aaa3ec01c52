import type { Micros } from '@waggle/base'
import {
  knownEventOf,
  readAdmitted,
  type AdmittedSource,
  type KeptProjection,
  type KnownEvent,
  type Projection,
  type ProjectionBatch,
  type SnapshotHeader,
  type Snapshots,
} from '@waggle/consume'
import { partitionName, type Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { cutOf, type AsOf, type Cut } from './as-of.ts'
import { inKnownOrder, inTurn } from './known-order.ts'

/** A view that can be folded up to a time instead of the end of the log. */
export interface PastProjection<View> extends Projection {
  readonly view: View
  /**
   * Erasures hold for all times, so those that will not be applied (of other runs, or behind the cut) are given
   * before anything is. Not for views that keep what was said about subjects only as it stands in the log.
   */
  mindErasures?(erasures: readonly KnownEvent[]): void
  /** Nothing more comes that counts as known at this time; Infinity where positions cut. */
  endAt?(at: Micros): void
}

export interface AsOfOptions extends AdmittedSource {
  /** Null is live. */
  readonly run: string | null
  readonly asOf: AsOf
  /** Only these; all topics of the view if left out. */
  readonly topics?: readonly string[]
  /** The view begins from the newest one before the cut, so that only the rest is read from the log. */
  readonly snapshots?: Snapshots | undefined
  /**
   * A view is put away every so many records that had to be read, or further apart where the log has more than fills
   * the folder, so that the next question begins near; never if left out. Only for a folder that no running view begins
   * from: what it still has to say in the log is not said here.
   */
  readonly everyRecords?: number | undefined
}

/** A view as it stood. */
export interface PastView<View> {
  readonly view: View
  /**
   * True once nothing appended later can change the answer: every partition's watermark of the run is past the
   * time, or the cut was made by positions.
   */
  readonly sealed: boolean
  /** Behind the last record that the answer may rest on, by partition: the cut, as positions. */
  readonly positions: readonly Position[]
}

/**
 * A view as it stood when only what was known then was known. The cut is a prefix of every partition (known_from
 * never decreases within run and partition), so it is made while reading, and the same fold that keeps the live
 * view makes the past one.
 */
export async function projectAsOf<View>(
  make: () => PastProjection<View>,
  options: AsOfOptions,
): Promise<PastView<View>> {
  const { log, run, asOf, snapshots } = options
  const projection = make()
  const logEnds = await log.ends(partitionsOf(log, options.topics ?? projection.topics))
  const cut = cutOf(asOf, logEnds)
  const kept = snapshots !== undefined && isKept(projection) ? { projection, snapshots } : undefined
  const fits = (header: SnapshotHeader): boolean => liesBefore(header, cut, run)
  await kept?.snapshots.restore(kept.projection, { fits })
  const erasures = await otherErasures(options, cut)
  projection.mindErasures?.(erasures)
  const putAway =
    kept === undefined || options.everyRecords === undefined
      ? undefined
      : createPutAway(kept, spacingOf(options.everyRecords, logEnds, kept.snapshots.most))
  const past = await foldCut(projection, options, { cut, putAway })
  // One that was asked for meanwhile may have been too late for what was put away, and its eraser too early to find it.
  if (putAway?.isUsed() === true && (await otherErasures(options, cut)).length > erasures.length)
    await kept?.snapshots.drop(projection.name)
  projection.endAt?.(cut.at)
  return { view: projection.view, ...past }
}

interface PutAway {
  /** To be called when the view is whole, after so many more records. */
  note(records: number): Promise<void>
  isUsed(): boolean
}

interface Kept {
  readonly projection: KeptProjection
  readonly snapshots: Snapshots
}

/** Puts the view away every so many records. */
function createPutAway({ projection, snapshots }: Kept, spacing: number): PutAway {
  let [since, isUsed] = [0, false]
  return {
    note: async (records) => {
      since += records
      if (since < spacing) return
      since = 0
      isUsed = true
      await snapshots.save(projection)
    },
    isUsed: () => isUsed,
  }
}

/**
 * Twice as many records as often as it takes for the whole log to fill half of the folder: where more than it holds were
 * made, every second would go, and the next question would make it again.
 */
function spacingOf(everyRecords: number, ends: readonly Position[], most: number): number {
  const records = ends.reduce((sum, { offset }) => sum + Number(offset), 0)
  let spacing = everyRecords
  while (records / spacing > most / 2) spacing *= 2
  return spacing
}

/** Applies every partition up to the cut, what lies across it last: until then the view can be put away. */
async function foldCut(
  projection: Projection,
  source: AsOfOptions,
  { cut, putAway }: { cut: Cut; putAway: PutAway | undefined },
): Promise<Pick<PastView<unknown>, 'sealed' | 'positions'>> {
  const stored = new Map((await projection.checkpoints()).map((at) => [partitionName(at), at]))
  const partitions = cut.ends.map((end) => ({ end, from: stored.get(partitionName(end)) }))
  const reached = new Map([...stored].map(([name, { nextOffset }]) => [name, nextOffset]))
  const passed = new Set<string>()
  const across: ProjectionBatch[] = []
  const order = putAway === undefined ? inTurn : inKnownOrder
  for await (const { batch, events, beyond } of order({ ...source, at: cut.at }, partitions)) {
    reached.set(partitionName(batch), beyond ?? batch.nextOffset)
    if (beyond === undefined) {
      await projection.apply({ ...batch, events })
      await putAway?.note(Number(batch.nextOffset - batch.firstOffset))
    } else {
      passed.add(partitionName(batch))
      if (events.length > 0) across.push({ ...batch, events })
    }
  }
  for (const batch of across) await projection.apply(batch)
  return {
    sealed: cut.at === Infinity || cut.ends.every((end) => passed.has(partitionName(end))),
    positions: cut.ends.map((end) => ({ ...end, offset: reached.get(partitionName(end)) ?? 0n })),
  }
}

/** Views that cannot be put away are folded from the start. */
function isKept<P extends Projection>(projection: P): projection is P & KeptProjection {
  return 'dump' in projection && 'load' in projection
}

/** Nothing in it was known later than the time, or stands behind the positions. */
function liesBefore(
  { watermarks, partitions }: SnapshotHeader,
  cut: Cut,
  run: string | null,
): boolean {
  const ends = new Map(cut.ends.map((end) => [partitionName(end), end.offset]))
  return (
    (watermarks[run ?? ''] ?? -Infinity) <= cut.at &&
    partitions.every((at) => BigInt(at.nextOffset) <= (ends.get(partitionName(at)) ?? 0n))
  )
}

/** Erasures that stand outside of the cut, in the whole log. */
async function otherErasures(source: AsOfOptions, { at, ends }: Cut): Promise<KnownEvent[]> {
  const erasures: KnownEvent[] = []
  const cuts = new Map(ends.map((end) => [partitionName(end), end.offset]))
  for (const end of await source.log.ends(partitionsOf(source.log, ['waggle.compensations.v1']))) {
    const cut = cuts.get(partitionName(end)) ?? 0n
    for await (const batch of readAdmitted(source, end)) {
      const found = batch.filter(
        ({ record, writer, envelope, knownFrom }) =>
          writer.kind === 'erasure' &&
          !(envelope.run === source.run && knownFrom <= at && record.offset < cut),
      )
      erasures.push(...found.map(knownEventOf))
    }
  }
  return erasures
}
