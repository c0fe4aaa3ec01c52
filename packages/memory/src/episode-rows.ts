import type { Micros } from '@waggle/base'
import type { FrameRef } from './frame-store.ts'
import { RowIds, type RowIdsDump } from './row-ids.ts'
import { EPISODE_KINDS, type EpisodeKind } from './tier-rule.ts'

/** What is known of an episode without its content. */
export interface EpisodeRow {
  readonly id: string
  readonly kind: EpisodeKind
  readonly agent: string
  readonly namespace: string
  /** Type of an experience, domain of an observation or signal, action of a decision; '' for outcomes. */
  readonly type: string
  readonly partition: number
  readonly offset: number
  readonly knownFrom: Micros
  readonly occurredAt: Micros
  /** NaN where the kind has none. */
  readonly importance: number
  /** Microseconds; NaN goes by the kind. */
  readonly ttl: number
}

const TIMES = ['knownFrom', 'occurredAt', 'offset', 'importance', 'ttl', 'citedAt'] as const
const NUMBERS = ['agent', 'namespace', 'type', 'slab', 'start', 'length'] as const

/** Slab of a row whose frame is not kept here. */
export const NO_SLAB = 0xffff_ffff

/**
 * Rows in columns: a million of them take some 75 MB beside their ids, where objects would take ten times
 * that. Texts that repeat are kept once.
 */
export class EpisodeRows {
  readonly #ids = new RowIds()
  readonly texts: string[] = []
  readonly #textNumbers = new Map<string, number>()
  #capacity = 0
  #kinds = new Uint8Array(0)
  #partitions = new Uint16Array(0)
  #times = columns(TIMES, (): Float64Array => new Float64Array(0))
  #numbers = columns(NUMBERS, (): Uint32Array => new Uint32Array(0))

  /** Rows in use, dead ones too: numbers run from 0 to here. */
  get end(): number {
    return this.#ids.length
  }
  get size(): number {
    return this.#ids.length - this.#ids.gone
  }
  /** Of the columns; ids and their index come on top. */
  get bytes(): number {
    return this.#capacity * (TIMES.length * 8 + NUMBERS.length * 4 + 3)
  }

  add(row: EpisodeRow): number {
    const at = this.#ids.push(row.id)
    if (at === this.#capacity) this.#grow(Math.max(64, at * 2))
    this.#kinds[at] = EPISODE_KINDS.indexOf(row.kind)
    this.#partitions[at] = row.partition
    const times = this.#times
    times.knownFrom[at] = row.knownFrom
    times.occurredAt[at] = row.occurredAt
    times.offset[at] = row.offset
    times.importance[at] = row.importance
    times.ttl[at] = row.ttl
    times.citedAt[at] = Infinity
    const numbers = this.#numbers
    numbers.agent[at] = this.number(row.agent)
    numbers.namespace[at] = this.number(row.namespace)
    numbers.type[at] = this.number(row.type)
    numbers.slab[at] = NO_SLAB
    return at
  }

  /** Whether the row was not removed. */
  has(at: number): boolean {
    return this.#ids.has(at)
  }
  /** Of a row that was not removed. */
  id(at: number): string {
    return this.#ids.at(at)
  }
  rowOf(id: string): number | undefined {
    return this.#ids.rowOf(id)
  }
  entries(): Iterable<[id: string, at: number]> {
    return this.#ids.entries()
  }
  kind(at: number): EpisodeKind {
    return EPISODE_KINDS[this.#kinds[at]!]!
  }
  partition(at: number): number {
    return this.#partitions[at]!
  }
  time(column: (typeof TIMES)[number], at: number): number {
    return this.#times[column][at]!
  }
  text(column: 'agent' | 'namespace' | 'type', at: number): string {
    return this.texts[this.#numbers[column][at]!]!
  }
  textNumber(column: 'agent' | 'namespace' | 'type', at: number): number {
    return this.#numbers[column][at]!
  }
  /** The number of a text; undefined where no row has it. */
  numberOf(text: string): number | undefined {
    return this.#textNumbers.get(text)
  }
  setCitedAt(at: number, time: Micros): void {
    this.#times.citedAt[at] = time
  }
  frame(at: number): FrameRef {
    const { slab, start, length } = this.#numbers
    return { slab: slab[at]!, start: start[at]!, length: length[at]! }
  }
  setFrame(at: number, { slab, start, length }: FrameRef): void {
    this.#numbers.slab[at] = slab
    this.#numbers.start[at] = start
    this.#numbers.length[at] = length
  }

  number(text: string): number {
    let number = this.#textNumbers.get(text)
    if (number === undefined) {
      number = this.texts.push(text) - 1
      this.#textNumbers.set(text, number)
    }
    return number
  }

  /** Takes a row out; its number is free after the next `compact`. */
  remove(at: number): void {
    if (this.has(at)) this.#ids.remove(at)
  }

  /** Closes the gaps once they are more than half. Numbers of rows change. */
  compact(): void {
    if (this.#ids.gone < 64 || this.#ids.gone * 2 < this.end) return
    this.#ids.compact((from, to) => {
      this.#kinds[to] = this.#kinds[from]!
      this.#partitions[to] = this.#partitions[from]!
      for (const name of TIMES) this.#times[name][to] = this.#times[name][from]!
      for (const name of NUMBERS) this.#numbers[name][to] = this.#numbers[name][from]!
    })
    this.#grow(Math.max(64, this.end))
  }

  /** What `load` takes: of the rows themselves, so to be put away before they change. */
  dump(): RowsDump {
    const { texts, end } = this
    return {
      ids: this.#ids.dump(),
      texts,
      kinds: this.#kinds.subarray(0, end),
      partitions: this.#partitions.subarray(0, end),
      times: columns(TIMES, (name) => this.#times[name].subarray(0, end)),
      numbers: columns(NUMBERS, (name) => this.#numbers[name].subarray(0, end)),
    }
  }

  /** Takes up what `dump` gave, in place of nothing. */
  load({ ids, texts, kinds, partitions, times, numbers }: RowsDump): void {
    this.#ids.load(ids)
    this.#grow(Math.max(64, this.end))
    for (const text of texts) this.number(text)
    this.#kinds.set(kinds)
    this.#partitions.set(partitions)
    for (const name of TIMES) this.#times[name].set(times[name])
    for (const name of NUMBERS) this.#numbers[name].set(numbers[name])
  }

  #grow(capacity: number): void {
    const used = Math.min(capacity, this.#capacity)
    const sized = <A extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
      next: A,
      old: A,
    ): A => {
      next.set(old.subarray(0, used))
      return next
    }
    this.#kinds = sized(new Uint8Array(capacity), this.#kinds)
    this.#partitions = sized(new Uint16Array(capacity), this.#partitions)
    for (const name of TIMES)
      this.#times[name] = sized(new Float64Array(capacity), this.#times[name])
    for (const name of NUMBERS)
      this.#numbers[name] = sized(new Uint32Array(capacity), this.#numbers[name])
    this.#capacity = capacity
  }
}

/** The rows in use, column by column. */
export interface RowsDump {
  /** Texts in what was put away by earlier versions. */
  readonly ids: RowIdsDump | readonly (string | undefined)[]
  readonly texts: readonly string[]
  readonly kinds: Uint8Array
  readonly partitions: Uint16Array
  readonly times: Readonly<Record<(typeof TIMES)[number], Float64Array>>
  readonly numbers: Readonly<Record<(typeof NUMBERS)[number], Uint32Array>>
}

function columns<N extends string, A>(names: readonly N[], make: (name: N) => A): Record<N, A> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, A>
}

/** All facts of a row, by name, but for where its content lies. */
export function plainRow(rows: EpisodeRows, at: number): EpisodeRow & { readonly citedAt: Micros } {
  return {
    id: rows.id(at),
    kind: rows.kind(at),
    agent: rows.text('agent', at),
    namespace: rows.text('namespace', at),
    type: rows.text('type', at),
    partition: rows.partition(at),
    offset: rows.time('offset', at),
    knownFrom: rows.time('knownFrom', at),
    occurredAt: rows.time('occurredAt', at),
    importance: rows.time('importance', at),
    ttl: rows.time('ttl', at),
    citedAt: rows.time('citedAt', at),
  }
}
