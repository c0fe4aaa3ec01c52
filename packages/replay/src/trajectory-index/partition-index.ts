import { WaggleError } from '@waggle/base'
import {
  emptyAdmission,
  type AdmissionState,
  type Checkpoint,
  type ProjectionBatch,
} from '@waggle/consume'
import { partitionName, type TopicPartition } from '@waggle/event'
import { JUDGED_BLOCK, type JudgedBlock } from '../judgments.ts'
import type { IndexStore } from './index-store.ts'
import { OpenBlock, type NameOf } from './open-block.ts'
import { decodeJudged, rowsOfTerm } from './posting-block.ts'
import { TERM_KINDS, type TermKind } from './terms.ts'

/** Least number of records between two writes: a block that grows slowly is not written with each. */
const WRITE_RECORDS = 1024
/** Sessions and runs of the admission that may be written for each record. */
const ENTRIES_PER_RECORD = 8

/**
 * The index of one partition. Stored are its blocks and, in the same write, how far they go. What came since is in
 * memory and is read from the log again after a restart.
 */
export class PartitionIndex {
  readonly #at: TopicPartition
  readonly #store: IndexStore
  readonly #nameOf: NameOf
  /** Blocks that are full and not stored yet. */
  #full = new Map<string, Buffer>()
  #open: OpenBlock
  #stored: number
  #next: number
  #admission: AdmissionState

  constructor(at: TopicPartition, store: IndexStore) {
    this.#at = at
    this.#store = store
    const partition = partitionName(at)
    this.#nameOf = (what, block) => `${what}/${partition}/${String(block).padStart(9, '0')}`
    const { nextOffset, admission } = readCheckpoint(store, partition)
    this.#stored = this.#next = nextOffset
    this.#admission = admission
    this.#open = OpenBlock.load(blockOf(nextOffset), this.#nameOf, (name) => store.get(name))
  }

  get nextOffset(): number {
    return this.#next
  }
  get admission(): AdmissionState {
    return this.#admission
  }

  get checkpoint(): Checkpoint {
    return { ...this.#at, nextOffset: BigInt(this.#next), admission: this.#admission }
  }

  /** Takes a batch in, and stores what there is once that is worth a write. */
  async apply({ firstOffset, nextOffset, events, admission }: ProjectionBatch): Promise<void> {
    let offset = Number(firstOffset)
    for (const event of events) {
      const own = Number(event.record.offset)
      for (; offset < own; offset++) this.#blockAt(offset).refuse(offset)
      this.#blockAt(own).add(event)
      offset = own + 1
    }
    for (; offset < nextOffset; offset++) this.#blockAt(offset).refuse(offset)
    this.#next = Number(nextOffset)
    this.#admission = admission
    const since = this.#next - this.#stored
    const entries = admission.sessions.size + admission.watermarks.size
    if (since >= Math.max(WRITE_RECORDS, entries / ENTRIES_PER_RECORD)) await this.#write()
  }

  /** Offsets of records with the term, ascending; strangers among them, for a fingerprint is no name. */
  find(kind: TermKind, term: number): number[] {
    const offsets: number[] = []
    for (let block = 0; block * JUDGED_BLOCK < this.#next; block++) {
      const rows = this.#rowsOf(kind, term, block)
      for (const row of rows) offsets.push(block * JUDGED_BLOCK + row)
    }
    return offsets
  }

  exceptions(block: number): JudgedBlock | undefined {
    if (block === this.#open.block) return this.#open.judged
    const name = this.#nameOf('judged', block)
    const stored = this.#get(name)
    return stored === undefined ? undefined : decodeJudged(stored, name)
  }

  /** Every entry as it is, or would be, stored; in a fixed order. */
  *entries(): Generator<[name: string, block: Buffer]> {
    for (let block = 0; block < this.#open.block; block++) {
      for (const what of [...TERM_KINDS, 'judged'] as const) {
        const name = this.#nameOf(what, block)
        const stored = this.#get(name)
        if (stored !== undefined) yield [name, stored]
      }
    }
    yield* this.#open.entries(this.#nameOf)
  }

  #blockAt(offset: number): OpenBlock {
    if (blockOf(offset) !== this.#open.block) {
      for (const [name, block] of this.#open.entries(this.#nameOf)) this.#full.set(name, block)
      this.#open = OpenBlock.load(blockOf(offset), this.#nameOf, () => undefined)
    }
    return this.#open
  }

  #rowsOf(kind: TermKind, term: number, block: number): readonly number[] {
    if (block === this.#open.block) return this.#open.rowsOf(kind, term)
    const name = this.#nameOf(kind, block)
    const stored = this.#get(name)
    return stored === undefined ? [] : rowsOfTerm(stored, term, name)
  }

  #get(name: string): Buffer | undefined {
    return this.#full.get(name) ?? this.#store.get(name)
  }

  async #write(): Promise<void> {
    const entries = new Map([...this.#full, ...this.#open.entries(this.#nameOf)])
    const { watermarks, sessions } = this.#admission
    const checkpoint = {
      nextOffset: this.#next,
      watermarks: [...watermarks],
      sessions: [...sessions],
    }
    entries.set(checkpointName(partitionName(this.#at)), Buffer.from(JSON.stringify(checkpoint)))
    await this.#store.write(entries)
    this.#full = new Map()
    this.#stored = this.#next
  }
}

function blockOf(offset: number): number {
  return Math.floor(offset / JUDGED_BLOCK)
}

function checkpointName(partition: string): string {
  return `checkpoint/${partition}`
}

function readCheckpoint(
  store: IndexStore,
  partition: string,
): { nextOffset: number; admission: AdmissionState } {
  const stored = store.get(checkpointName(partition))
  if (stored === undefined) return { nextOffset: 0, admission: emptyAdmission() }
  try {
    const { nextOffset, watermarks, sessions } = JSON.parse(stored.toString()) as {
      nextOffset: number
      watermarks: [string, number][]
      sessions: [string, number][]
    }
    return {
      nextOffset,
      admission: { watermarks: new Map(watermarks), sessions: new Map(sessions) },
    }
  } catch (error) {
    throw new WaggleError('VIEW_MISCONFIGURED', `The checkpoint of ${partition} is not ours`, {
      input: partition,
      cause: error,
    })
  }
}
