import { derivedId } from '@waggle/event'
import type { Json, Shelf, ShelfEntry } from '../shelf.ts'
import type { Packed, StoredChannel } from './channel-delta.ts'

/** Names a checkpoint: thread, namespace within it (of a subgraph; '' for the root), id. */
export interface CheckpointName {
  readonly thread: string
  readonly ns: string
  readonly id: string
}

/** A checkpoint as it is stored: the values of its channels apart from the rest. */
export interface StoredCheckpoint extends CheckpointName {
  readonly parent: string | null
  /** The checkpoint without the values of its channels. */
  readonly body: Packed
  readonly metadata: Packed
  /** Values that changed with this checkpoint. */
  readonly values: { readonly [channel: string]: StoredChannel }
  /** Where the value of each channel is stored: this checkpoint or an earlier one. */
  readonly refs: { readonly [channel: string]: string }
}

/** Writes of one task that no checkpoint holds yet. */
export interface StoredWrites extends CheckpointName {
  readonly task: string
  readonly path: string
  readonly writes: readonly {
    readonly index: number
    readonly channel: string
    readonly value: Packed
  }[]
}

/** Keys of the log are short and those of the framework are not bounded: hashed, and kept whole in the value. */
const threadKey = (thread: string): string => `${derivedId(thread)}/`
const nsKey = ({ thread, ns }: Omit<CheckpointName, 'id'>): string =>
  `${threadKey(thread)}${derivedId(ns)}/`
const checkpointKey = (name: CheckpointName): string => `${nsKey(name)}${derivedId(name.id)}`

/** Checkpoints and writes in two shelves, by name. */
export class CheckpointShelf {
  readonly #checkpoints: Shelf
  readonly #writes: Shelf

  constructor(checkpoints: Shelf, writes: Shelf) {
    this.#checkpoints = checkpoints
    this.#writes = writes
  }

  async get(name: CheckpointName): Promise<StoredCheckpoint | undefined> {
    return readAs<StoredCheckpoint>(await this.#checkpoints.get(checkpointKey(name)))
  }

  async put(checkpoint: StoredCheckpoint): Promise<void> {
    await this.#checkpoints.put(checkpointKey(checkpoint), checkpoint as unknown as Json)
  }

  /** Of a thread, or of all; of one namespace where one is given; newest first: ids of checkpoints sort by time. */
  async list(thread?: string, ns?: string): Promise<StoredCheckpoint[]> {
    const prefix =
      thread === undefined ? '' : ns === undefined ? threadKey(thread) : nsKey({ thread, ns })
    const found = (await this.#checkpoints.list(prefix)).map((entry) =>
      readAs<StoredCheckpoint>(entry)!,
    )
    return found
      .filter((checkpoint) => ns === undefined || checkpoint.ns === ns)
      .sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
  }

  async writesOf(name: CheckpointName): Promise<StoredWrites[]> {
    const found = await this.#writes.list(`${checkpointKey(name)}/`)
    return found.map((entry) => readAs<StoredWrites>(entry)!)
  }

  async putWrites(writes: StoredWrites): Promise<void> {
    const key = `${checkpointKey(writes)}/${derivedId(writes.task)}`
    const there = readAs<StoredWrites>(await this.#writes.get(key))
    const merged = there === undefined ? writes : merge(there, writes)
    if (merged !== there) await this.#writes.put(key, merged as unknown as Json)
  }

  async remove(name: CheckpointName): Promise<void> {
    const key = checkpointKey(name)
    for (const entry of await this.#writes.list(`${key}/`)) await this.#writes.remove(entry.key)
    await this.#checkpoints.remove(key)
  }

  async removeThread(thread: string): Promise<void> {
    const prefix = threadKey(thread)
    for (const entry of await this.#writes.list(prefix)) await this.#writes.remove(entry.key)
    for (const entry of await this.#checkpoints.list(prefix))
      await this.#checkpoints.remove(entry.key)
  }
}

function readAs<T>(entry: ShelfEntry | undefined): T | undefined {
  return entry?.value as T | undefined
}

/** A write counts once, by its index; special ones (errors, interrupts) have negative ones and replace. */
function merge(there: StoredWrites, added: StoredWrites): StoredWrites {
  const known = new Set(there.writes.map(({ index }) => index))
  const fresh = added.writes.filter(({ index }) => index < 0 || !known.has(index))
  if (fresh.length === 0) return there
  const replaced = new Set(fresh.map(({ index }) => index))
  return {
    ...there,
    writes: [...there.writes.filter(({ index }) => !replaced.has(index)), ...fresh],
  }
}
