import type { RunnableConfig } from '@langchain/core/runnables'
import {
  BaseCheckpointSaver,
  compareWritesSortKeys,
  getCheckpointId,
  maxChannelVersion,
  TASKS,
  WRITES_IDX_MAP,
  writesSortKey,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  type PendingWrite,
} from '@langchain/langgraph-checkpoint'
import { WaggleError } from '@waggle/base'
import type { Shelf } from '../shelf.ts'
import { readChannel, storeChannel, type Packed, type StoredChannel } from './channel-delta.ts'
import { CheckpointShelf, type CheckpointName, type StoredCheckpoint } from './checkpoint-shelf.ts'

/**
 * LangGraph's checkpoints in the log: a thread goes on in another process. A value is stored only when its
 * channel changed, and a growing list only by its end. Checkpoints are named by their ids, so branches of a
 * thread never share a value by accident.
 */
export class WaggleSaver extends BaseCheckpointSaver {
  readonly #shelf: CheckpointShelf

  constructor(shelves: { readonly checkpoints: Shelf; readonly writes: Shelf }) {
    super()
    this.#shelf = new CheckpointShelf(shelves.checkpoints, shelves.writes)
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread, ns } = placeOf(config)
    if (thread === undefined) return undefined
    const id = getCheckpointId(config)
    const stored =
      id === ''
        ? (await this.#shelf.list(thread, ns)).at(0)
        : await this.#shelf.get({ thread, ns, id })
    if (stored === undefined) return undefined
    const tuple = await this.#tupleOf(stored)
    return id === '' ? tuple : { ...tuple, config }
  }

  async *list(
    config: RunnableConfig,
    { limit = Infinity, before, filter = {} }: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const { thread_id: thread, checkpoint_ns: ns, checkpoint_id: only } = config.configurable ?? {}
    const until = before?.configurable?.['checkpoint_id'] as string | undefined
    let left = limit
    for (const stored of await this.#shelf.list(thread as string, ns as string)) {
      if (left <= 0) return
      if (only !== undefined && stored.id !== only) continue
      if (until !== undefined && stored.id >= until) continue
      const metadata = (await this.#unpack(stored.metadata)) as Record<string, unknown>
      if (!Object.entries(filter).every(([key, value]) => metadata[key] === value)) continue
      left--
      yield await this.#tupleOf(stored)
    }
  }

  async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { thread, ns } = required(placeOf(config))
    const { id, channel_values: all, ...body } = checkpoint
    const parent = getCheckpointId(config)
    const before = parent === '' ? undefined : await this.#shelf.get({ thread, ns, id: parent })
    const lookup = before === undefined ? undefined : await this.#chainOf(before)

    const values: Record<string, StoredChannel> = {}
    const refs: Record<string, string> = {}
    for (const channel of Object.keys(checkpoint.channel_versions)) {
      const known = before?.refs[channel]
      if (known !== undefined) refs[channel] = known
    }
    for (const channel of Object.keys(newVersions)) {
      delete refs[channel]
      if (!Object.hasOwn(all, channel)) continue
      const value = await this.#pack(all[channel])
      const base = before?.refs[channel]
      const stored = base === undefined ? undefined : lookup!(channel)(base)
      const earlier = base === undefined ? undefined : readChannel(base, lookup!(channel))
      values[channel] = storeChannel(
        value,
        base === undefined || stored === undefined || earlier === undefined
          ? undefined
          : { id: base, stored, value: earlier },
      )
      refs[channel] = id
    }
    await this.#shelf.put({
      thread,
      ns,
      id,
      parent: parent === '' ? null : parent,
      body: await this.#pack({ ...body, id }),
      metadata: await this.#pack(metadata),
      values,
      refs,
    })
    return configOf({ thread, ns, id })
  }

  async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = '',
  ): Promise<void> {
    const { thread, ns } = required(placeOf(config))
    const id = getCheckpointId(config)
    if (id === '') throw missing('checkpoint_id')
    const packed = await Promise.all(
      writes.map(async ([channel, value], at) => ({
        index: WRITES_IDX_MAP[channel] ?? at,
        channel,
        value: await this.#pack(value),
      })),
    )
    await this.#shelf.putWrites({ thread, ns, id, task: taskId, path: taskPath, writes: packed })
  }

  async deleteThread(threadId: string): Promise<void> {
    await this.#shelf.removeThread(threadId)
  }

  /**
   * Forgets all but the newest checkpoints of a thread, with their writes. What the kept ones go on from stays.
   * Answers how many are gone.
   */
  async prune(threadId: string, keep: number): Promise<number> {
    const all = await this.#shelf.list(threadId)
    const kept = new Map<string, number>()
    const needed = new Set<string>()
    let gone = 0
    for (const stored of all) {
      const place = `${stored.ns} `
      const count = (kept.get(place) ?? 0) + 1
      kept.set(place, count)
      const isNeeded = count <= keep || needed.has(place + stored.id)
      if (isNeeded) for (const base of basesOf(stored)) needed.add(place + base)
      else {
        await this.#shelf.remove(stored)
        gone++
      }
    }
    return gone
  }

  async #tupleOf(stored: StoredCheckpoint): Promise<CheckpointTuple> {
    const body = (await this.#unpack(stored.body)) as Omit<Checkpoint, 'channel_values'>
    const lookup = await this.#chainOf(stored)
    const channel_values: Record<string, unknown> = {}
    for (const [channel, at] of Object.entries(stored.refs)) {
      const packed = readChannel(at, lookup(channel))
      if (packed !== undefined) channel_values[channel] = await this.#unpack(packed)
    }
    const checkpoint: Checkpoint = { ...body, channel_values }
    const { thread, ns, parent } = stored
    const parentName = parent === null ? undefined : { thread, ns, id: parent }
    if (checkpoint.v < 4 && parentName !== undefined) await this.#addSends(checkpoint, parentName)
    return {
      config: configOf(stored),
      checkpoint,
      metadata: (await this.#unpack(stored.metadata)) as CheckpointMetadata,
      pendingWrites: await this.#pendingWrites(stored),
      ...(parentName === undefined ? {} : { parentConfig: configOf(parentName) }),
    }
  }

  /** What is stored of a channel in a checkpoint, for all that these values go on from. */
  async #chainOf(
    stored: StoredCheckpoint,
  ): Promise<(channel: string) => (id: string) => StoredChannel | undefined> {
    const { thread, ns } = stored
    const found = new Map<string, StoredCheckpoint>([[stored.id, stored]])
    const open = basesOf(stored)
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue
      const base = await this.#shelf.get({ thread, ns, id })
      if (base === undefined) continue
      found.set(id, base)
      open.push(...deltaBases(base))
    }
    return (channel) => (id) => found.get(id)?.values[channel]
  }

  async #pendingWrites(name: CheckpointName): Promise<CheckpointPendingWrite[]> {
    const sorted = (await this.#shelf.writesOf(name))
      .flatMap(({ task, path, writes }) =>
        writes.map((write) => ({ ...write, task, key: writesSortKey(path, task, write.index) })),
      )
      .sort((a, b) => compareWritesSortKeys(a.key, b.key))
    return Promise.all(
      sorted.map(
        async ({ task, channel, value }) =>
          [task, channel, await this.#unpack(value)] as CheckpointPendingWrite,
      ),
    )
  }

  /** Checkpoints of form 3 and older kept what was sent to the next step among the writes of their parent. */
  async #addSends(checkpoint: Checkpoint, parent: CheckpointName): Promise<void> {
    const sends = (await this.#pendingWrites(parent)).filter(([, channel]) => channel === TASKS)
    const versions = Object.values(checkpoint.channel_versions)
    checkpoint.channel_values[TASKS] = sends.map(([, , value]) => value)
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined)
  }

  async #pack(value: unknown): Promise<Packed> {
    const [type, bytes] = await this.serde.dumpsTyped(value)
    return { type, text: Buffer.from(bytes).toString(type === 'json' ? 'utf8' : 'base64') }
  }

  async #unpack({ type, text }: Packed): Promise<unknown> {
    return this.serde.loadsTyped(type, type === 'json' ? text : Buffer.from(text, 'base64'))
  }
}

/** Checkpoints that hold a value of this one, or what such a value goes on from. */
function basesOf(stored: StoredCheckpoint): string[] {
  return [...Object.values(stored.refs), ...deltaBases(stored)]
}

function deltaBases({ values }: StoredCheckpoint): string[] {
  return Object.values(values).flatMap((value) => (value.is === 'delta' ? [value.base] : []))
}

function placeOf({ configurable = {} }: RunnableConfig): { thread?: string; ns: string } {
  const { thread_id: thread, checkpoint_ns: ns } = configurable as Record<string, string>
  return { ns: ns ?? '', ...(thread === undefined ? {} : { thread }) }
}

function required({ thread, ns }: { thread?: string; ns: string }): { thread: string; ns: string } {
  if (thread === undefined) throw missing('thread_id')
  return { thread, ns }
}

function missing(field: string): WaggleError {
  return new WaggleError('INPUT_INVALID', `The config names no ${field}`, { field })
}

function configOf({ thread, ns, id }: CheckpointName): RunnableConfig {
  return { configurable: { thread_id: thread, checkpoint_ns: ns, checkpoint_id: id } }
}
