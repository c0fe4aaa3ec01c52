import type { Micros } from '@waggle/base'
import {
  emptyAdmission,
  knownEventOf,
  readAdmitted,
  readBatches,
  type AdmittedSource,
  type Checkpoint,
  type KeptProjection,
  type KnownEvent,
  type Projection,
  type SnapshotHeader,
  type Snapshots,
} from '@waggle/consume'
import { partitionName, type Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { cutOf, type AsOf, type Cut } from './as-of.ts'
import { takeSnapshots } from './take-snapshots.ts'

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
   * Where more records than this had to be read after the newest snapshot, snapshots so many records apart are made
   * for the next question; none are if left out. Only for a folder that no running view begins from: what it still
   * has to say in the log is not said here.
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
  const { log, run, asOf, snapshots, everyRecords = Infinity } = options
  const projection = make()
  const topics = options.topics ?? projection.topics
  const cut = cutOf(asOf, await log.ends(partitionsOf(log, topics)))
  if (snapshots !== undefined && isKept(projection))
    await snapshots.restore(projection, { fits: (header) => liesBefore(header, cut, run) })
  projection.mindErasures?.(await otherErasures(options, cut))
  const checkpoints = new Map((await projection.checkpoints()).map((at) => [partitionName(at), at]))
  const positions: Position[] = []
  let sealed = true
  for (const end of cut.ends) {
    const from = checkpoints.get(partitionName(end))
    const { offset, passed } = await projectPartition(projection, options, { end, cut, from })
    positions.push({ ...end, offset })
    sealed &&= passed || cut.at === Infinity
  }
  projection.endAt?.(cut.at)
  const read = positions.reduce((sum, at) => {
    return sum + Number(at.offset - (checkpoints.get(partitionName(at))?.nextOffset ?? 0n))
  }, 0)
  if (snapshots !== undefined && read > everyRecords)
    await keepPast(make, { ...options, snapshots, everyRecords }, cut)
  return { view: projection.view, sealed, positions }
}

/**
 * Puts away states before a cut. An erasure that is asked for meanwhile may have been too late for them, and its
 * eraser too early to find them: so they go again.
 */
async function keepPast<View>(
  make: () => PastProjection<View>,
  options: AsOfOptions & { readonly snapshots: Snapshots; readonly everyRecords: number },
  cut: Cut,
): Promise<void> {
  const projection = make()
  if (!isKept(projection)) return
  const { snapshots, run } = options
  await snapshots.restore(projection, { fits: (header) => liesBefore(header, cut, run) })
  const erasures = await otherErasures(options, cut)
  projection.mindErasures?.(erasures)
  await takeSnapshots(projection, { ...options, until: cut })
  if ((await otherErasures(options, cut)).length > erasures.length)
    await snapshots.drop(projection.name)
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

/** Applies a partition up to the cut; says where it was made, and whether a record of the run stands behind it. */
async function projectPartition(
  projection: Projection,
  source: AsOfOptions,
  { end, cut, from }: { end: Position; cut: Cut; from: Checkpoint | undefined },
): Promise<{ offset: bigint; passed: boolean }> {
  const { run } = source
  const start = from ?? { nextOffset: 0n, admission: emptyAdmission() }
  let offset = start.nextOffset
  for await (const batch of readBatches(source, end, start)) {
    const ofRun = batch.events.filter(({ envelope }) => envelope.run === run)
    const beyond = ofRun.findIndex(({ knownFrom }) => knownFrom > cut.at)
    const events = beyond < 0 ? ofRun : ofRun.slice(0, beyond)
    if (events.length > 0 || beyond < 0) await projection.apply({ ...batch, events })
    if (beyond >= 0) return { offset: ofRun[beyond]!.record.offset, passed: true }
    offset = batch.nextOffset
  }
  return { offset, passed: false }
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
