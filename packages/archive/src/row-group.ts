import type { Values } from './column-chunk.ts'
import type { RecordColumn } from './segment-columns.ts'

/** How many rows a group has, and the offsets of its first and its last one. */
export interface GroupRange {
  readonly rows: number
  readonly first: number
  readonly last: number
}

/** Decodes a column of the group. */
export type ReadColumn = <T>(name: RecordColumn) => readonly T[]

/** Rows of a group in the order of their offsets. What a replay does without is decoded when it is first asked for. */
export class RowGroup {
  readonly offsets: Float64Array
  readonly values: Values
  readonly #read: ReadColumn
  #appendedAt: readonly number[] | undefined
  #keys: readonly string[] | undefined
  #headers: readonly string[] | undefined

  constructor(range: GroupRange, values: Values, read: ReadColumn) {
    this.offsets = offsetsOf(range, read)
    this.values = values
    this.#read = read
  }

  get appendedAt(): readonly number[] {
    return (this.#appendedAt ??= this.#read<number>('appended_at'))
  }
  get keys(): readonly string[] {
    return (this.#keys ??= this.#read<string>('key'))
  }
  get headers(): readonly string[] {
    return (this.#headers ??= this.#read<string>('headers'))
  }

  value(row: number): Buffer {
    const { bytes, starts, ends } = this.values
    return bytes.subarray(starts[row]!, ends[row]!)
  }
}

/** Offsets without a hole say themselves. */
function offsetsOf({ rows, first, last }: GroupRange, read: ReadColumn): Float64Array {
  if (last - first !== rows - 1) return Float64Array.from(read<bigint>('offset'), Number)
  const offsets = new Float64Array(rows)
  for (let row = 0; row < rows; row++) offsets[row] = first + row
  return offsets
}
