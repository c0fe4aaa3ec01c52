import { LINE_BYTES_MAX, NOT_UTF8, textOfLine, TOO_LONG, type FileLine } from './file-lines.ts'

export interface CsvRecord extends Pick<FileLine, 'line' | 'piece' | 'bytes'> {
  /** Undefined where it is broken, with `problem`. */
  readonly fields: readonly string[] | undefined
  readonly problem?: string
}

const QUOTE = 34
const FIELD = /[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*(,|$)|([^",]*)(,|$)/y

/**
 * Records of RFC 4180, section 2, with spaces around fields left out; a quoted field may span lines. Where a quote does
 * not end, or what it makes is no record, only the line it stands in is broken: those behind it are read again.
 */
export async function* csvRecords(lines: AsyncIterable<FileLine>): AsyncGenerator<CsvRecord> {
  const open = new OpenRecord()
  for await (const line of lines) {
    if (line.tooLong) {
      yield* open.end()
      yield { ...line, fields: undefined, problem: TOO_LONG }
    } else yield* open.push([line])
  }
  yield* open.end()
}

/** The lines of a record whose quotes are still open. */
class OpenRecord {
  #lines: FileLine[] = []
  #bytes = 0
  #isQuoted = false

  /** The record its lines make; else the first of them as a broken one, and the others to be read again. */
  #close(): { record: CsvRecord; rest: readonly FileLine[] } {
    const [lines, isQuoted] = [this.#lines, this.#isQuoted]
    this.#lines = []
    this.#bytes = 0
    this.#isQuoted = false
    const [first] = lines as [FileLine]
    const whole = isQuoted ? undefined : recordOf(first, joined(lines))
    if (whole?.fields !== undefined) return { record: whole, rest: [] }
    return { record: recordOf(first, first.bytes), rest: lines.slice(1) }
  }

  *push(lines: readonly FileLine[]): Generator<CsvRecord> {
    /** The next one last. */
    const todo = lines.toReversed()
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      this.#lines.push(next)
      this.#bytes += next.bytes.length + 1
      this.#isQuoted = this.#isQuoted !== hasOddQuotes(next.bytes)
      if (this.#isQuoted && this.#bytes <= LINE_BYTES_MAX) continue
      const { record, rest } = this.#close()
      yield record
      for (const line of rest.toReversed()) todo.push(line)
    }
  }

  /** No line follows. */
  *end(): Generator<CsvRecord> {
    while (this.#lines.length > 0) {
      const { record, rest } = this.#close()
      yield record
      yield* this.push(rest)
    }
  }
}

function recordOf({ line, piece }: FileLine, bytes: Buffer): CsvRecord {
  const text = textOfLine(bytes)
  if (text === undefined) return { line, piece, bytes, fields: undefined, problem: NOT_UTF8 }
  const fields = fieldsOf(text)
  const problem = 'its quotes do not enclose fields'
  return { line, piece, bytes, fields, ...(fields === undefined && { problem }) }
}

/** Undefined where a quote stands elsewhere than around a field. */
export function fieldsOf(text: string): string[] | undefined {
  if (!text.includes('"')) return text.split(',').map((field) => field.trim())
  const fields: string[] = []
  for (FIELD.lastIndex = 0; ;) {
    const match = FIELD.exec(text)
    if (match === null) return undefined
    const [, quoted, afterQuoted, plain, afterPlain] = match
    fields.push(quoted?.replaceAll('""', '"') ?? plain!.trim())
    if ((afterQuoted ?? afterPlain) === '') return fields
  }
}

function joined(lines: readonly FileLine[]): Buffer {
  if (lines.length === 1) return lines[0]!.bytes
  const feed = Buffer.from('\n')
  return Buffer.concat(lines.flatMap(({ bytes }, at) => (at === 0 ? [bytes] : [feed, bytes])))
}

function hasOddQuotes(bytes: Buffer): boolean {
  let isOdd = false
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) isOdd = !isOdd
  return isOdd
}
