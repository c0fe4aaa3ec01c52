import type { AgentInputItem, Session } from '@openai/agents-core'
import { isWaggleError } from '@waggle/base'
import { derivedId } from '@waggle/event'
import type { Json, Shelf } from './shelf.ts'

interface StoredItems {
  readonly session: string
  readonly items: AgentInputItem[]
}

/** Digits of a number in a key, so that keys sort as numbers do. */
const DIGITS = 12
const ATTEMPTS = 100

/**
 * A conversation of the OpenAI Agents SDK in the log. What is added together is one write: all of it or
 * nothing; two processes that add at once take turns.
 */
export class WaggleSession implements Session {
  readonly #shelf: Shelf
  readonly #session: string
  readonly #prefix: string

  constructor(shelf: Shelf, sessionId: string) {
    this.#shelf = shelf
    this.#session = sessionId
    this.#prefix = `${derivedId(sessionId)}/`
  }

  async getSessionId(): Promise<string> {
    return this.#session
  }

  async getItems(limit?: number): Promise<AgentInputItem[]> {
    const items = (await this.#writes()).flatMap((write) => write.items)
    if (limit === undefined) return items
    return limit <= 0 ? [] : items.slice(-limit)
  }

  async addItems(items: AgentInputItem[]): Promise<void> {
    if (items.length === 0) return
    await retried(async () => {
      const last = (await this.#writes()).at(-1)
      await this.#put((last?.number ?? 0) + 1, items, 0)
    })
  }

  async popItem(): Promise<AgentInputItem | undefined> {
    return retried(async () => {
      const last = (await this.#writes()).at(-1)
      const item = last?.items.at(-1)
      if (last === undefined || item === undefined) return undefined
      if (last.items.length === 1) await this.#shelf.remove(last.key)
      else await this.#put(last.number, last.items.slice(0, -1), last.version)
      return item
    })
  }

  async clearSession(): Promise<void> {
    for (const { key } of await this.#writes()) await this.#shelf.remove(key)
  }

  async #writes() {
    const entries = await this.#shelf.list(this.#prefix)
    return entries.map(({ key, value, version }) => {
      const { items } = value as unknown as StoredItems
      return { key, version, items, number: Number(key.slice(this.#prefix.length)) }
    })
  }

  async #put(number: number, items: AgentInputItem[], expectedVersion: number): Promise<void> {
    const key = this.#prefix + String(number).padStart(DIGITS, '0')
    const stored: StoredItems = { session: this.#session, items }
    await this.#shelf.put(key, stored as unknown as Json, { expectedVersion })
  }
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left <= 1 || !isWaggleError(error, 'VERSION_CONFLICT')) throw error
    }
  }
}
