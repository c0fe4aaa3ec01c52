import type { Micros } from '@waggle/base'

/** A row of a file. Times of Parquet are microseconds, marked as such. */
export interface Row {
  /** Its first line in a text file, number of the row in Parquet; from 1. */
  readonly line: number
  /** Of a row too long to be one, from 0; each comes as a row without cells. */
  readonly piece: number
  /** As they stand in the file; undefined in Parquet, where a row has no bytes of its own. */
  readonly bytes?: Buffer
  /** Undefined where the row is broken, with `problem`. */
  readonly cells: Readonly<Record<string, unknown>> | undefined
  readonly problem?: string
}

/** A time that a file says without text. */
export class FileTime {
  readonly micros: Micros

  constructor(micros: Micros) {
    this.micros = micros
  }
}
