import { isWaggleError, WaggleError, type Micros } from '@waggle/base'
import { EnvelopeView, type Codec } from '@waggle/codec'
import {
  emptyAdmission,
  judgeBatch,
  type AdmissionState,
  type AdmittedSource,
} from '@waggle/consume'
import {
  parsePosition,
  positionText,
  type Kind,
  type Position,
  type TopicPartition,
} from '@waggle/event'
import { blockOf, blockReadsOf, type RecordBlock } from '@waggle/log'
import { JudgmentCursor, type JudgedPrefix, type Judgments } from './judgments.ts'
import { schemaIdAt, writerAt, type KnownBlock } from './known-batch.ts'

/** Where replay reads and what it does about damage. */
export interface ReplaySource extends AdmittedSource {
  /** Admission made before, by the trajectory index: then it need not be made again. */
  readonly judgments?: Judgments
  /**
   * `stop` throws LOG_CORRUPT at the first record whose bytes are damaged. A function is told of each, and it is
   * left out; what it would have refused as repeated or raised in time is then not refused or raised.
   */
  readonly onDamage?: 'stop' | ((damage: WaggleError) => void)
  /** Told of the admission behind what was judged while reading. */
  readonly onJudged?: (at: TopicPartition, nextOffset: number, admission: AdmissionState) => void
  /** Told of the first record of the run known after `asOf`, wanted or not, where it is met while judging. */
  readonly onCut?: (at: Position) => void
}

/** Chosen by routing fields, so that what is left out is never decoded. */
export interface Wanted {
  /** The run to replay; null is live. */
  readonly run: string | null
  readonly swarm?: string
  readonly kinds?: ReadonlySet<Kind>
  /** Only what counted as known at this time. */
  readonly asOf?: Micros
  readonly where?: (envelope: EnvelopeView) => boolean
}

const BATCH_RECORDS = 4096

/** The wanted records of a partition from an offset on and before `end`, in blocks; admitted ones only. */
export async function* readKnown(
  source: ReplaySource,
  wanted: Wanted,
  end: Position,
  from = 0,
): AsyncGenerator<KnownBlock> {
  const prefix = await source.judgments?.of(end)
  if (prefix !== undefined) {
    const judgedEnd = Math.min(Number(end.offset), prefix.nextOffset)
    const blocks = blockReadsOf(source.log)
    const read = (position: Position, max: number): Promise<RecordBlock> =>
      blocks.readBlock(position, max)
    for await (const block of chunks(source, end, from, judgedEnd, read)) {
      const { known, beyond } = await selectJudged(source.codec, wanted, prefix, block)
      yield known
      if (beyond) return
    }
  }
  yield* judgeRest(source, wanted, end, prefix, from)
}

/** What no judgment covers is judged while reading; what is wanted begins at `from`. */
export async function* judgeRest(
  source: ReplaySource,
  wanted: Wanted,
  end: Position,
  judged: JudgedPrefix | undefined,
  from = 0,
): AsyncGenerator<KnownBlock> {
  let { admission } = judged ?? { admission: emptyAdmission() }
  const start = judged?.nextOffset ?? 0
  const read = (position: Position, max: number) => source.log.read(position, max)
  for await (const records of chunks(source, end, start, Number(end.offset), read)) {
    const { admitted, admission: behind } = await judgeBatch(source.codec, admission, {
      ...end,
      records,
    })
    admission = behind
    source.onJudged?.(end, Number(records.at(-1)!.offset) + 1, behind)
    const { asOf = Infinity } = wanted
    const beyond = admitted.findIndex(
      ({ knownFrom, envelope }) => knownFrom > asOf && envelope.run === wanted.run,
    )
    const kept = (beyond < 0 ? admitted : admitted.slice(0, beyond)).filter(
      ({ record, writer, envelope }) =>
        record.offset >= from && wants(wanted, writer.kind, envelope),
    )
    yield {
      block: blockOf(
        end,
        kept.map(({ record }) => record),
      ),
      count: kept.length,
      rows: Uint32Array.from(kept.keys()),
      knownFrom: Float64Array.from(kept, ({ knownFrom }) => knownFrom),
    }
    if (beyond < 0) continue
    source.onCut?.({ ...end, offset: admitted[beyond]!.record.offset })
    return
  }
}

/** Everything between two offsets as `read` gives it; damage is met as the source says. */
async function* chunks<Chunk extends RecordBlock | readonly { readonly offset: bigint }[]>(
  { batchRecords = BATCH_RECORDS, onDamage = 'stop' }: ReplaySource,
  at: Position,
  start: number,
  end: number,
  read: (from: Position, max: number) => Promise<Chunk>,
): AsyncGenerator<Chunk> {
  for (let next = start; next < end;) {
    try {
      const from = { ...at, offset: BigInt(next) }
      const chunk = await read(from, Math.min(batchRecords, end - next))
      const last = lastOffset(chunk)
      if (last === undefined) return
      next = last + 1
      yield chunk
    } catch (error) {
      if (onDamage === 'stop' || !isWaggleError(error, 'LOG_CORRUPT')) throw error
      onDamage(error)
      const damaged = typeof error.input === 'string' ? parsePosition(error.input) : undefined
      next = Math.max(next, Number(damaged?.offset ?? next)) + 1
    }
  }
}

function lastOffset(
  chunk: RecordBlock | readonly { readonly offset: bigint }[],
): number | undefined {
  if ('count' in chunk) return chunk.offsets[chunk.count - 1]
  const last = chunk.at(-1)
  return last === undefined ? undefined : Number(last.offset)
}

/** The wanted rows of a block of records that were judged before. */
export async function selectJudged(
  codec: Codec,
  wanted: Wanted,
  prefix: JudgedPrefix,
  block: RecordBlock,
): Promise<{ known: KnownBlock; beyond: boolean }> {
  const cursor = new JudgmentCursor(prefix)
  const { count: all, bytes, starts, offsets } = block
  const { asOf = Infinity } = wanted
  const room = new ArrayBuffer(all * 12)
  const knownFrom = new Float64Array(room, 0, all)
  const rows = new Uint32Array(room, all * 8, all)
  const view = EnvelopeView.unset()
  let schemaId = -1
  let kind: Kind = 'tick'
  let count = 0
  for (let row = 0; row < all; row++) {
    const raisedBy = cursor.raisedBy(offsets[row]!)
    if (raisedBy === undefined) continue
    const start = starts[row]!
    const id = schemaIdAt(bytes, start)
    if (id !== schemaId) {
      await loadSchema(codec, id, block, row)
      schemaId = id
      kind = writerAt(codec, bytes, start).kind
    }
    view.moveTo(bytes, start)
    if (!wants(wanted, kind, view)) continue
    const known = Math.max(view.knownAt, view.occurredAt) + raisedBy
    if (known > asOf) return { known: { block, count, rows, knownFrom }, beyond: true }
    rows[count] = row
    knownFrom[count++] = known
  }
  return { known: { block, count, rows, knownFrom }, beyond: false }
}

/** An admitted record had its schema; a registry that has lost it since leaves it unreadable. */
async function loadSchema(
  codec: Codec,
  id: number,
  block: RecordBlock,
  row: number,
): Promise<void> {
  if (codec.writerOfId(id) !== undefined) return
  try {
    await codec.load(id)
  } catch (error) {
    if (!isWaggleError(error)) throw error
    const at = positionText({ ...block, offset: BigInt(block.offsets[row]!) })
    throw new WaggleError(error.code, `${at}: schema ${id} cannot be read`, {
      input: at,
      cause: error,
    })
  }
}

function wants({ run, swarm, kinds, where }: Wanted, kind: Kind, envelope: EnvelopeView): boolean {
  return (
    envelope.run === run &&
    (swarm === undefined || envelope.swarm === swarm) &&
    (kinds === undefined || kinds.has(kind)) &&
    (where === undefined || where(envelope))
  )
}
