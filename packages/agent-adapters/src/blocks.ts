import { WaggleError } from '@waggle/base'
import type { Json, Shelf, ShelfEntry } from './shelf.ts'

/** A part of an agent's context that it edits itself. */
export interface Block {
  readonly label: string
  readonly description: string
  readonly value: string
  /** Most characters of the value. */
  readonly limit: number
  readonly readOnly: boolean
}

/** A passage of archival memory, or a turn of a conversation, that fits a question. */
export interface Passage {
  readonly id: string
  readonly content: string
  readonly score: number
}

/** What searches beyond the blocks go to. */
export interface PassageStore {
  insert(content: string, tags: readonly string[]): Promise<string>
  search(question: string, options: PassageSearch): Promise<readonly Passage[]>
  searchTurns(question: string, options: PassageSearch): Promise<readonly Passage[]>
}

export interface PassageSearch {
  readonly limit: number
  readonly tags?: readonly string[]
}

const LIMIT = 5000
const FOUND = 10

/**
 * Memory in the manner of Letta: blocks that are always in the context, and passages that are searched for. The
 * methods are named as the tools that a model is given. Every edit is made on the version it has read:
 * VERSION_CONFLICT where another one came between.
 */
export class WaggleBlocks {
  readonly #blocks: Shelf
  readonly #passages: PassageStore

  constructor(blocks: Shelf, passages: PassageStore) {
    this.#blocks = blocks
    this.#passages = passages
  }

  /** Makes a block; VERSION_CONFLICT where there is one of this label. */
  async create(block: Pick<Block, 'label'> & Partial<Block>): Promise<void> {
    const { label, description = '', value = '', limit = LIMIT, readOnly = false } = block
    await this.#write({ label, description, value, limit, readOnly }, 0)
  }

  async blocks(): Promise<Block[]> {
    return (await this.#blocks.list()).map((entry) => blockOf(entry))
  }

  /** NOT_FOUND for a label there is not. */
  async block(label: string): Promise<Block> {
    return blockOf(await this.#entry(label))
  }

  /** The blocks as they go into a prompt. */
  async compile(): Promise<string> {
    const parts = (await this.blocks()).map(
      ({ label, description, value, limit }) =>
        `<${label} chars="${value.length}" limit="${limit}" description=${JSON.stringify(description)}>\n` +
        `${value}\n</${label}>`,
    )
    return parts.join('\n')
  }

  /** Puts a line into a block: at the end, or before the line with this number, from 0. */
  async memory_insert(label: string, new_str: string, insert_line = -1): Promise<string> {
    return this.#edit(label, (value) => {
      const lines = value === '' ? [] : value.split('\n')
      if (insert_line < -1 || insert_line > lines.length)
        throw invalid('insert_line', `Block ${label} has ${lines.length} lines`)
      lines.splice(insert_line === -1 ? lines.length : insert_line, 0, new_str)
      return lines.join('\n')
    })
  }

  /** Replaces a text that stands exactly once in a block. */
  async memory_replace(label: string, old_str: string, new_str: string): Promise<string> {
    return this.#edit(label, (value) => {
      const parts = old_str === '' ? [] : value.split(old_str)
      if (parts.length !== 2) {
        const times = Math.max(0, parts.length - 1)
        throw invalid('old_str', `Block ${label} has this text ${times} times instead of once`)
      }
      return parts.join(new_str)
    })
  }

  /** Writes a block anew. */
  async memory_rethink(label: string, new_memory: string): Promise<string> {
    return this.#edit(label, () => new_memory)
  }

  /** Keeps a passage for ever; its id. */
  archival_memory_insert(content: string, tags: readonly string[] = []): Promise<string> {
    return this.#passages.insert(content, tags)
  }

  /** Passages that fit, best first; of all tags given where any are. */
  archival_memory_search(
    query: string,
    { top_k = FOUND, tags }: { top_k?: number; tags?: readonly string[] } = {},
  ): Promise<readonly Passage[]> {
    return this.#passages.search(query, { limit: top_k, ...(tags === undefined ? {} : { tags }) })
  }

  /** Turns of conversations that fit, best first. */
  conversation_search(query: string, { limit = FOUND } = {}): Promise<readonly Passage[]> {
    return this.#passages.searchTurns(query, { limit })
  }

  async #entry(label: string): Promise<ShelfEntry> {
    const entry = await this.#blocks.get(label)
    if (entry === undefined)
      throw new WaggleError('NOT_FOUND', `There is no block ${label}`, { input: label })
    return entry
  }

  async #edit(label: string, change: (value: string) => string): Promise<string> {
    const entry = await this.#entry(label)
    const block = blockOf(entry)
    if (block.readOnly)
      throw new WaggleError('ACCESS_DENIED', `Block ${label} is read only`, { input: label })
    const value = change(block.value)
    await this.#write({ ...block, value }, entry.version)
    return value
  }

  async #write(block: Block, expectedVersion: number): Promise<void> {
    const { label, description, value, limit, readOnly } = block
    if (value.length > limit)
      throw invalid('value', `Block ${label} takes ${limit} characters, not ${value.length}`)
    const stored = { label, description, value, limit, read_only: readOnly }
    await this.#blocks.put(label, stored, { expectedVersion })
  }
}

function blockOf({ value }: ShelfEntry): Block {
  const { read_only: readOnly, ...block } = value as { readonly [name: string]: Json }
  return { ...block, readOnly } as unknown as Block
}

function invalid(field: string, what: string): WaggleError {
  return new WaggleError('INPUT_INVALID', what, { field })
}
