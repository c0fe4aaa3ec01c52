import {
  BaseStore,
  type GetOperation,
  type Item,
  type ListNamespacesOperation,
  type MatchCondition,
  type Operation,
  type OperationResults,
  type PutOperation,
  type SearchItem,
  type SearchOperation,
} from '@langchain/langgraph-checkpoint'
import { WaggleError } from '@waggle/base'
import { createRanker, type Ranker } from '../ranker.ts'
import type { Json, Shelf, ShelfEntry } from '../shelf.ts'
import { textsAt } from './texts-at.ts'

export interface WaggleStoreOptions {
  /** Scores the answers to a `query`; the lexical one if left out. */
  readonly ranker?: Ranker
  /** Paths of the fields that a query looks at where an item does not say; all of it if left out. */
  readonly fields?: readonly string[]
}

interface StoredItem {
  readonly namespace: string[]
  readonly key: string
  readonly value: Record<string, unknown>
  readonly index: false | string[] | null
}

const WHOLE = ['$']

/**
 * LangGraph's long-term memory on a shelf: every version of an item is in the log. Labels of a namespace and keys
 * are parts of the shelf's key, which takes 256 characters: FIELD_INVALID beyond.
 */
export class WaggleStore extends BaseStore {
  readonly #shelf: Shelf
  readonly #ranker: Ranker
  readonly #fields: readonly string[]

  constructor(shelf: Shelf, { ranker = createRanker(), fields = WHOLE }: WaggleStoreOptions = {}) {
    super()
    this.#shelf = shelf
    this.#ranker = ranker
    this.#fields = fields
  }

  /** Reads answer what was there before the batch; of several writes of one item the last one counts. */
  async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    const results: unknown[] = []
    const puts = new Map<string, PutOperation>()
    for (const operation of operations) {
      if ('namespacePrefix' in operation) results.push(await this.#search(operation))
      else if ('value' in operation) {
        puts.set(pathOf(operation.namespace, operation.key), operation)
        results.push(undefined)
      } else if ('key' in operation) results.push(await this.#get(operation))
      else results.push(await this.#namespaces(operation))
    }
    for (const [path, operation] of puts) await this.#put(path, operation)
    return results as OperationResults<Op>
  }

  async #get({ namespace, key }: GetOperation): Promise<Item | null> {
    const entry = await this.#shelf.get(pathOf(namespace, key))
    return entry === undefined ? null : itemOf(entry)
  }

  async #put(path: string, { namespace, key, value, index }: PutOperation): Promise<void> {
    if (value === null) return this.#shelf.remove(path)
    const stored: StoredItem = { namespace, key, value, index: index ?? null }
    await this.#shelf.put(path, stored as unknown as Json)
  }

  async #search(operation: SearchOperation): Promise<SearchItem[]> {
    const { namespacePrefix, filter = {}, limit = 10, offset = 0, query } = operation
    const found = (await this.#shelf.list(prefixOf(namespacePrefix))).filter((entry) =>
      Object.entries(filter).every(([field, wanted]) => fits(storedOf(entry).value[field], wanted)),
    )
    if (query === undefined || query === '')
      return found.slice(offset, offset + limit).map((entry) => itemOf(entry))
    const scores = await this.#ranker.score(
      query,
      found.map((entry) => this.#texts(storedOf(entry))),
    )
    const ranked = found.map((entry, index) => ({ item: itemOf(entry), score: scores[index] }))
    // Items that are not indexed come last, as they do in the framework's own store.
    ranked.sort((a, b) => (b.score ?? -Infinity) - (a.score ?? -Infinity))
    return ranked
      .slice(offset, offset + limit)
      .map(({ item, score }) => (score === undefined ? item : { ...item, score }))
  }

  #texts({ value, index }: StoredItem): string[] {
    if (index === false) return []
    return (index ?? this.#fields).flatMap((path) => textsAt(value, path))
  }

  async #namespaces(operation: ListNamespacesOperation): Promise<string[][]> {
    const { matchConditions = [], maxDepth = Infinity, limit, offset } = operation
    const all = (await this.#shelf.list())
      .map((entry) => storedOf(entry).namespace)
      .filter((namespace) => matchConditions.every((condition) => matches(namespace, condition)))
      .map((namespace) => namespace.slice(0, maxDepth))
    const unique = new Map(all.map((namespace) => [prefixOf(namespace), namespace]))
    const sorted = [...unique]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, namespace]) => namespace)
    return sorted.slice(offset, offset + limit)
  }
}

/** Labels are told apart by '/', which no encoded one has; '//' is before the key. */
function prefixOf(namespace: readonly string[]): string {
  return namespace.map((label) => `${encodeURIComponent(label)}/`).join('')
}

function pathOf(namespace: readonly string[], key: string): string {
  return `${prefixOf(namespace)}/${encodeURIComponent(key)}`
}

function storedOf({ value }: ShelfEntry): StoredItem {
  return value as unknown as StoredItem
}

function itemOf(entry: ShelfEntry): Item {
  const { namespace, key, value } = storedOf(entry)
  return {
    namespace,
    key,
    value,
    createdAt: new Date(entry.createdAt / 1000),
    updatedAt: new Date(entry.updatedAt / 1000),
  }
}

function matches(namespace: readonly string[], { matchType, path }: MatchCondition): boolean {
  const at = matchType === 'prefix' ? 0 : namespace.length - path.length
  if (at < 0) return false
  return path.every((label, index) => label === '*' || namespace[at + index] === label)
}

/** A value, or comparisons such as `{ $gte: 3 }`. INPUT_INVALID for a comparison there is not. */
function fits(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted
  const comparisons = Object.entries(wanted)
  if (!comparisons.some(([name]) => name.startsWith('$')))
    return JSON.stringify(value) === JSON.stringify(wanted)
  return comparisons.every(([name, than]) => {
    const compare = COMPARISONS[name]
    if (compare !== undefined) return compare(value, than)
    throw new WaggleError('INPUT_INVALID', `There is no comparison ${name} in a filter`, {
      field: 'filter',
      input: name,
    })
  })
}

const COMPARISONS: Record<string, (value: unknown, than: unknown) => boolean> = {
  $eq: (value, than) => value === than,
  $ne: (value, than) => value !== than,
  $gt: (value, than) => Number(value) > Number(than),
  $gte: (value, than) => Number(value) >= Number(than),
  $lt: (value, than) => Number(value) < Number(than),
  $lte: (value, than) => Number(value) <= Number(than),
  $in: (value, than) => Array.isArray(than) && than.includes(value),
  $nin: (value, than) => !Array.isArray(than) || !than.includes(value),
}
