import type { Micros } from '@waggle/base'
import { EnvelopeView, type Codec, type WriterSchema } from '@waggle/codec'
import type { AdmittedRecord, KnownEvent } from '@waggle/consume'
import type { Kind, Position, WaggleEvent } from '@waggle/event'
import type { RecordBlock } from '@waggle/log'

/** Admitted records of one partition that a reader wants, as rows of a block. */
export interface KnownBlock {
  readonly block: RecordBlock
  readonly count: number
  readonly rows: Uint32Array
  /** Of each row wanted; never decreases. */
  readonly knownFrom: Float64Array
}

/** Rows of a batch where nothing else is wished: so few that their events die young, which is what keeps a replay small. */
export const BATCH_ROWS = 1024

/**
 * Records in the order of replay, as columns: what is asked for of a row is read from its bytes then. Rows
 * stay as they are; nothing is reused for later batches.
 */
export class KnownBatch {
  readonly #codec: Codec
  readonly #blocks: KnownBlock[] = []
  readonly #block: Uint16Array
  readonly #index: Uint32Array
  #length = 0

  constructor(codec: Codec, rowsMax: number) {
    this.#codec = codec
    this.#block = new Uint16Array(rowsMax)
    this.#index = new Uint32Array(rowsMax)
  }

  get length(): number {
    return this.#length
  }
  get full(): boolean {
    return this.#length === this.#index.length
  }

  /** Takes a block in; rows are added by the number returned. */
  addBlock(block: KnownBlock): number {
    return this.#blocks.push(block) - 1
  }

  add(block: number, index: number): void {
    this.#block[this.#length] = block
    this.#index[this.#length++] = index
  }

  knownFrom(i: number): Micros {
    return this.#of(i).knownFrom[this.#index[i]!]!
  }

  position(i: number): Position {
    const { block } = this.#of(i)
    const { topic, partition, offsets } = block
    return { topic, partition, offset: BigInt(offsets[this.#row(i)]!) }
  }

  kind(i: number): Kind {
    return this.#writer(i).kind
  }

  /** Points a view, made once for many rows, at the routing fields of this one. */
  route(i: number, view: EnvelopeView): EnvelopeView {
    const { bytes, starts } = this.#of(i).block
    view.moveTo(bytes, starts[this.#row(i)]!)
    return view
  }

  envelope(i: number): EnvelopeView {
    const { bytes, starts } = this.#of(i).block
    return EnvelopeView.trusted(bytes, starts[this.#row(i)]!)
  }

  event(i: number): WaggleEvent {
    const { bytes, starts, ends } = this.#of(i).block
    const row = this.#row(i)
    return this.#writer(i).decodeAt(bytes, starts[row]!, ends[row]!)
  }

  known(i: number): KnownEvent {
    return knownAt(this.#of(i), this.#index[i]!, this.#writer(i))
  }

  admitted(i: number): AdmittedRecord {
    const record = this.#of(i).block.record(this.#row(i))
    const envelope = this.envelope(i)
    const knownFrom = this.knownFrom(i)
    const late = knownFrom > envelope.knownAt
    return { record, writer: this.#writer(i), envelope, knownFrom, late }
  }

  /** All events in order; ticks, which say nothing but the time, are left out. */
  events(): KnownEvent[] {
    const events: KnownEvent[] = []
    for (let i = 0; i < this.#length; i++) {
      const writer = this.#writer(i)
      if (writer.kind !== 'tick') events.push(knownAt(this.#of(i), this.#index[i]!, writer))
    }
    return events
  }

  #of(i: number): KnownBlock {
    return this.#blocks[this.#block[i]!]!
  }
  #row(i: number): number {
    return this.#of(i).rows[this.#index[i]!]!
  }
  #writer(i: number): WriterSchema {
    const { bytes, starts } = this.#of(i).block
    return writerAt(this.#codec, bytes, starts[this.#row(i)]!)
  }
}

function knownAt(known: KnownBlock, index: number, writer: WriterSchema): KnownEvent {
  const { topic, partition, bytes, starts, ends, offsets } = known.block
  const row = known.rows[index]!
  const knownFrom = known.knownFrom[index]!
  const event = writer.decodeAt(bytes, starts[row]!, ends[row]!)
  const position = { topic, partition, offset: BigInt(offsets[row]!) }
  return { event, position, knownFrom, late: knownFrom > event.known_at }
}

/** The schema of a frame within other bytes, which was loaded when its block was read. */
export function writerAt(codec: Codec, bytes: Buffer, start: number): WriterSchema {
  const writer = codec.writerOfId(schemaIdAt(bytes, start))
  if (writer === undefined) throw new Error('Broken invariant: schemas are loaded with their block')
  return writer
}

/** Of a frame that was judged, so that its first byte is known to be right. */
export function schemaIdAt(bytes: Buffer, start: number): number {
  return bytes.readInt32BE(start + 1)
}
