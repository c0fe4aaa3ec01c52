import { WaggleError, type Clock } from '@waggle/base'
import { createRanker, type Ranker } from './ranker.ts'
import type { Json, Shelf, ShelfEntry } from './shelf.ts'

/** Whose memories they are; at least one is given. */
export interface Mem0Entity {
  readonly userId?: string
  readonly agentId?: string
  readonly runId?: string
}

export interface Mem0AddOptions extends Mem0Entity {
  readonly metadata?: Record<string, unknown>
  /** Only false: writes never call a model. */
  readonly infer?: boolean
  readonly timestamp?: number | string | Date | null
  /** YYYY-MM-DD: the last day on which it is shown. */
  readonly expirationDate?: string | null
}

export interface Mem0Filters {
  readonly user_id?: string
  readonly agent_id?: string
  readonly run_id?: string
  readonly [field: string]: unknown
}

export interface Mem0SearchOptions {
  readonly topK?: number
  readonly filters?: Mem0Filters
  /** Least score of an answer. */
  readonly threshold?: number
  readonly referenceDate?: number | string | Date | null
  readonly showExpired?: boolean
}

export interface Mem0Item {
  id: string
  memory: string
  createdAt: string
  updatedAt: string
  score?: number
  metadata: Record<string, unknown>
}

interface Stored {
  readonly memory: string
  readonly role: string | null
  readonly scope: { readonly [name: string]: string }
  readonly metadata: Record<string, unknown>
  readonly createdAt: string
  readonly expires: string | null
}

export interface Mem0Message {
  readonly role: string
  readonly content: string | { readonly type: string }
}

export interface WaggleMem0Options {
  readonly clock: Clock
  /** A new id, unlike any other. */
  readonly newId: () => string
  /** Scores answers; the lexical one if left out. */
  readonly ranker?: Ranker
}

const SCOPE = { userId: 'user_id', agentId: 'agent_id', runId: 'run_id' } as const
const TOP_K = 20
const THRESHOLD = 0.1

/** The memory of mem0 (its open-source class) as `infer: false` has it: what is added is what is kept. */
export class WaggleMem0 {
  readonly #shelf: Shelf
  readonly #clock: Clock
  readonly #newId: () => string
  readonly #ranker: Ranker

  constructor(shelf: Shelf, { clock, newId, ranker = createRanker() }: WaggleMem0Options) {
    this.#shelf = shelf
    this.#clock = clock
    this.#newId = newId
    this.#ranker = ranker
  }

  /** One memory for each message with text; those of the system are left out. */
  async add(
    messages: string | readonly Mem0Message[],
    options: Mem0AddOptions,
  ): Promise<{ results: Mem0Item[] }> {
    if (options.infer === true)
      throw invalid('infer', 'Writes never call a model: what is kept is what is given')
    const scope = scopeOf(options)
    const said = typeof messages === 'string' ? [{ role: 'user', content: messages }] : messages
    const results: Mem0Item[] = []
    for (const { role, content } of said) {
      if (role === 'system' || typeof content !== 'string') continue
      const stored: Stored = {
        memory: content,
        role: typeof messages === 'string' ? null : role,
        scope,
        metadata: options.metadata ?? {},
        createdAt: isoDate(options.timestamp ?? this.#clock.now() / 1000),
        expires: options.expirationDate ?? null,
      }
      results.push(itemOf(await this.#shelf.put(this.#newId(), stored as unknown as Json)))
    }
    return { results }
  }

  async get(memoryId: string): Promise<Mem0Item | null> {
    const entry = await this.#shelf.get(memoryId)
    return entry === undefined ? null : itemOf(entry)
  }

  async search(query: string, options: Mem0SearchOptions): Promise<{ results: Mem0Item[] }> {
    const { topK = TOP_K, threshold = THRESHOLD } = options
    const found = await this.#matching(options)
    const scores = await this.#ranker.score(
      query,
      found.map((entry) => [storedOf(entry).memory]),
    )
    const results = found
      .map((entry, index) => ({ ...itemOf(entry), score: scores[index]! }))
      .filter(({ score }) => score >= threshold)
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    return { results: results.slice(0, topK) }
  }

  async getAll(options: Omit<Mem0SearchOptions, 'threshold'>): Promise<{ results: Mem0Item[] }> {
    const found = await this.#matching(options)
    return { results: found.slice(0, options.topK ?? TOP_K).map((entry) => itemOf(entry)) }
  }

  /** NOT_FOUND for a memory there is not; metadata is merged into what there is. */
  async update(
    memoryId: string,
    config:
      | string
      | {
          readonly text?: string
          readonly data?: string
          readonly metadata?: Record<string, unknown>
          readonly expirationDate?: string | null
        },
  ): Promise<{ message: string }> {
    const entry = await this.#existing(memoryId)
    const stored = storedOf(entry)
    const { text, data, metadata, expirationDate } =
      typeof config === 'string' ? { text: config } : config
    const next: Stored = {
      ...stored,
      memory: text ?? data ?? stored.memory,
      metadata: { ...stored.metadata, ...metadata },
      expires: expirationDate === undefined ? stored.expires : expirationDate,
    }
    await this.#shelf.put(memoryId, next as unknown as Json, { expectedVersion: entry.version })
    return { message: 'Memory updated successfully!' }
  }

  async delete(memoryId: string): Promise<{ message: string }> {
    await this.#existing(memoryId)
    await this.#shelf.remove(memoryId)
    return { message: 'Memory deleted successfully!' }
  }

  async deleteAll(of: Mem0Entity): Promise<{ message: string }> {
    for (const { key } of await this.#matching({ filters: scopeOf(of), showExpired: true }))
      await this.#shelf.remove(key)
    return { message: 'Memories deleted successfully!' }
  }

  /** What a memory has been, oldest first. */
  async history(memoryId: string): Promise<Record<string, unknown>[]> {
    const versions = await this.#shelf.history(memoryId)
    return versions.map((entry, index) => ({
      id: `${memoryId}/${entry.version}`,
      memory_id: memoryId,
      previous_value: index === 0 ? null : storedOf(versions[index - 1]!).memory,
      new_value: storedOf(entry).memory,
      action: index === 0 ? 'ADD' : 'UPDATE',
      created_at: isoDate(entry.createdAt / 1000),
      updated_at: isoDate(entry.updatedAt / 1000),
      is_deleted: 0,
    }))
  }

  async #existing(memoryId: string): Promise<ShelfEntry> {
    const entry = await this.#shelf.get(memoryId)
    if (entry !== undefined) return entry
    throw new WaggleError('NOT_FOUND', `There is no memory ${memoryId}`, { input: memoryId })
  }

  /** Newest first. */
  async #matching({ filters = {}, showExpired = false, referenceDate }: Mem0SearchOptions) {
    if (!Object.values(SCOPE).some((name) => typeof filters[name] === 'string'))
      throw invalid('filters', 'Give at least one of user_id, agent_id and run_id')
    const today = isoDate(referenceDate ?? this.#clock.now() / 1000).slice(0, 10)
    const fits = (stored: Stored): boolean => {
      if (!showExpired && stored.expires !== null && stored.expires < today) return false
      const fields: Record<string, unknown> = { ...stored.metadata, ...stored.scope }
      return Object.entries(filters).every(([name, wanted]) => {
        if (typeof wanted !== 'object' || wanted === null) return fields[name] === wanted
        throw invalid('filters', `The filter on ${name} is no plain value`)
      })
    }
    const found = (await this.#shelf.list()).filter((entry) => fits(storedOf(entry)))
    return found.sort((a, b) => b.createdAt - a.createdAt || (a.key < b.key ? -1 : 1))
  }
}

function scopeOf(entity: Mem0Entity): { [name: string]: string } {
  const given = Object.entries(SCOPE).flatMap(([from, to]) => {
    const value = entity[from as keyof Mem0Entity]
    return value === undefined ? [] : [[to, value] as const]
  })
  if (given.length === 0) throw invalid('userId', 'Give at least one of userId, agentId and runId')
  return Object.fromEntries(given)
}

function storedOf({ value }: ShelfEntry): Stored {
  return value as unknown as Stored
}

function itemOf(entry: ShelfEntry): Mem0Item {
  const { memory, role, scope, metadata, createdAt } = storedOf(entry)
  return {
    id: entry.key,
    memory,
    createdAt,
    updatedAt: entry.version === 1 ? createdAt : isoDate(entry.updatedAt / 1000),
    metadata: { ...metadata, ...scope, ...(role === null ? {} : { role }) },
  }
}

/** Milliseconds, ISO text or a date -> ISO text; INPUT_INVALID for what is no time. */
function isoDate(time: number | string | Date): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) throw invalid('timestamp', `${String(time)} is no time`)
  return date.toISOString()
}

function invalid(field: string, what: string): WaggleError {
  return new WaggleError('INPUT_INVALID', what, { field })
}
