import { randomInt } from 'node:crypto'
import { parseUuid, uuidText } from './uuid-words.ts'

const [GONE, UUID, OTHER] = [0, 1, 2]
/** In the table: a place that was never used, and one whose row is gone. */
const [FREE, LEFT] = [0, -1]

/**
 * Ids by row and rows by id. UUIDs stand as 16 bytes in a column with a hash table over it, so that a million of them
 * are taken up from a snapshot in milliseconds; other ids are kept as they are.
 */
export class RowIds {
  #length = 0
  #gone = 0
  #states = new Uint8Array(16)
  #words = new Uint32Array(64)
  /** Of rows that came as texts, or whose text was asked for. */
  #texts: (string | undefined)[] = []
  readonly #others = new Map<string, number>()
  /** Rows, from 1, by hash; at most half of the places are used. */
  #table = new Int32Array(32)
  #used = 0
  /** Nobody outside can make ids that all fall into one place. */
  readonly #seed = randomInt(2 ** 32)
  readonly #asked = new Uint32Array(4)

  /** Rows, those that are gone too: numbers run from 0 to here. */
  get length(): number {
    return this.#length
  }
  get gone(): number {
    return this.#gone
  }
  has(row: number): boolean {
    return this.#states[row] !== GONE && row < this.#length
  }

  /** Of a row that is there. */
  at(row: number): string {
    return (this.#texts[row] ??= uuidText(this.#words, row * 4))
  }

  rowOf(id: string): number | undefined {
    if (!parseUuid(id, this.#asked)) return this.#others.get(id)
    const place = this.#find(this.#asked, 0)
    return place < 0 ? undefined : this.#table[place]! - 1
  }

  *entries(): Generator<[id: string, row: number]> {
    for (let row = 0; row < this.#length; row++) if (this.has(row)) yield [this.at(row), row]
  }

  /** The next row, for an id that no row has. */
  push(id: string): number {
    const row = this.#length++
    if (row === this.#states.length) this.#grow(row * 2)
    this.#texts[row] = id
    const isUuid = parseUuid(id, this.#asked)
    this.#states[row] = isUuid ? UUID : OTHER
    if (isUuid) {
      this.#words.set(this.#asked, row * 4)
      if (++this.#used * 2 > this.#table.length) this.#hashAll()
      else this.#place(row)
    } else this.#others.set(id, row)
    return row
  }

  remove(row: number): void {
    if (this.#states[row] === OTHER) this.#others.delete(this.#texts[row]!)
    else this.#table[this.#find(this.#words, row * 4)] = LEFT
    this.#states[row] = GONE
    this.#texts[row] = undefined
    this.#words.fill(0, row * 4, row * 4 + 4)
    this.#gone++
  }

  /** Closes the gaps; `moved` is told of each row that is left, in order. */
  compact(moved: (from: number, to: number) => void): void {
    let to = 0
    for (let from = 0; from < this.#length; from++) {
      if (!this.has(from)) continue
      this.#states[to] = this.#states[from]!
      this.#texts[to] = this.#texts[from]
      this.#words.copyWithin(to * 4, from * 4, from * 4 + 4)
      if (this.#states[to] === OTHER) this.#others.set(this.#texts[to]!, to)
      moved(from, to++)
    }
    this.#length = this.#texts.length = to
    this.#gone = 0
    this.#grow(Math.max(16, to))
    this.#hashAll()
  }

  dump(): RowIdsDump {
    const length = this.#length
    const [states, words] = [this.#states.subarray(0, length), this.#words.subarray(0, length * 4)]
    return { states, words, others: this.#others }
  }

  /** Takes up what `dump` gave, or used to give: the texts; in place of nothing. */
  load(dump: RowIdsDump | readonly (string | undefined)[]): void {
    if (!('words' in dump)) return this.#loadTexts(dump)
    const { states, words, others } = dump
    this.#length = states.length
    this.#gone = states.reduce((sum, state) => (state === GONE ? sum + 1 : sum), 0)
    this.#grow(Math.max(16, states.length))
    this.#states.set(states)
    this.#words.set(words)
    this.#texts = Array.from({ length: states.length }, () => undefined)
    for (const [id, row] of others) {
      this.#others.set(id, row)
      this.#texts[row] = id
    }
    this.#hashAll()
  }

  #loadTexts(ids: readonly (string | undefined)[]): void {
    ids.forEach((id, row) => {
      this.push(id ?? `gone ${row}`)
      if (id === undefined) this.remove(row)
    })
  }

  #grow(room: number): void {
    const [states, words] = [new Uint8Array(room), new Uint32Array(room * 4)]
    states.set(this.#states.subarray(0, room))
    words.set(this.#words.subarray(0, room * 4))
    this.#states = states
    this.#words = words
  }

  /** A table that is a third full at most. */
  #hashAll(): void {
    let room = 32
    while (room < this.#length * 3) room *= 2
    this.#table = new Int32Array(room)
    this.#used = 0
    for (let row = 0; row < this.#length; row++) {
      if (this.#states[row] !== UUID) continue
      this.#place(row)
      this.#used++
    }
  }

  #place(row: number): void {
    const last = this.#table.length - 1
    let place = this.#hash(this.#words, row * 4) & last
    while (this.#table[place] !== FREE) place = (place + 1) & last
    this.#table[place] = row + 1
  }

  /** The place of the words; -1 where no row has them. */
  #find(words: Uint32Array, from: number): number {
    const last = this.#table.length - 1
    for (let place = this.#hash(words, from) & last; ; place = (place + 1) & last) {
      const entry = this.#table[place]!
      if (entry === FREE) return -1
      if (entry !== LEFT && this.#isAt(entry - 1, words, from)) return place
    }
  }

  #isAt(row: number, words: Uint32Array, from: number): boolean {
    const at = row * 4
    return (
      this.#words[at + 3] === words[from + 3] &&
      this.#words[at + 2] === words[from + 2] &&
      this.#words[at + 1] === words[from + 1] &&
      this.#words[at] === words[from]
    )
  }

  #hash(words: Uint32Array, from: number): number {
    let hash = this.#seed
    for (let i = 0; i < 4; i++) {
      hash = Math.imul(hash ^ words[from + i]!, 0x9e37_79b1)
      hash ^= hash >>> 15
    }
    return hash
  }
}

export interface RowIdsDump {
  /** Whether a row is gone, has a UUID or another id. */
  readonly states: Uint8Array
  /** Four of each row. */
  readonly words: Uint32Array
  readonly others: ReadonlyMap<string, number>
}
