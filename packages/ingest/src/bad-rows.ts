import { basename } from 'node:path'
import { appendDeadLetters, type DeadLetter } from '@waggle/consume'
import type { ErrorCode } from '@waggle/base'
import type { EventLog } from '@waggle/log'
import { LINE_BYTES_MAX } from './file-lines.ts'
import { FileTime, type Row } from './row.ts'

export interface ImportedFile {
  readonly log: EventLog
  readonly path: string
  /** SHA-256 of the file, in hex. */
  readonly hash: string
  /** Of the import, which says how the file was read: a row may be bad for one and good for another. */
  readonly session: string
  /** Key of the dead letters. */
  readonly key: string
}

const LETTERS = 1000
const LETTERS_BYTES = 4 * LINE_BYTES_MAX
const REASON_LENGTH = 1000

/**
 * Keeps rows that are no events as dead letters with the bytes they have in the file. As their source they name
 * `import/<session>` and, for the offset, the line; a row longer than an event comes in pieces, numbered as
 * partitions. So an import made again adds none.
 */
export class BadRows {
  readonly #file: ImportedFile
  #letters: DeadLetter[] = []
  #bytes = 0

  constructor(file: ImportedFile) {
    this.#file = file
  }

  async add(row: Row, code: ErrorCode, reason: string): Promise<void> {
    const { path, hash, session, key } = this.#file
    const headers = { file: basename(path), sha256: hash, line: String(row.line) }
    const bytes = row.bytes ?? jsonBytes(row.cells)
    let partition = row.piece
    let at = 0
    do {
      const value = bytes.subarray(at, at + LINE_BYTES_MAX)
      const where = { topic: `import/${session}`, partition: partition++, offset: BigInt(row.line) }
      this.#letters.push({
        source: { ...where, key, value, headers },
        stage: 'import',
        code,
        reason: `line ${row.line}: ${reason}`.slice(0, REASON_LENGTH),
      })
      this.#bytes += value.length
      at += LINE_BYTES_MAX
      if (this.#letters.length >= LETTERS || this.#bytes >= LETTERS_BYTES) await this.flush()
    } while (at < bytes.length)
  }

  async flush(): Promise<void> {
    await appendDeadLetters(this.#file.log, this.#letters)
    this.#letters = []
    this.#bytes = 0
  }
}

/** The cells of a row as JSON: times as microseconds, large integers as text, bytes as hex. */
export function jsonOfCells(cells: unknown): string {
  return JSON.stringify(cells ?? null, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    if (value instanceof FileTime) return value.micros
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
  })
}

function jsonBytes(cells: unknown): Buffer {
  return Buffer.from(jsonOfCells(cells))
}
