import { crc32 } from 'node:zlib'
import { WaggleError } from '@waggle/base'
import type { JudgedBlock } from '../judgments.ts'

/**
 * One kind of term of one block of offsets: which rows have which term, little-endian.
 *
 *   u32  crc32 of everything behind it
 *   u16  number of terms
 *   u32  fingerprint, for each term, ascending
 *   u16  where its rows end, in bytes from the start of the first rows, for each term
 *        rows of each term: varints, the first as it is, each other as its distance from the one before
 */
const HEAD_BYTES = 6

/** Rows by term; rows ascend. */
export type Postings = Map<number, number[]>

export function encodePostings(postings: Postings): Buffer {
  const terms = [...postings.keys()].sort((a, b) => a - b)
  const rows: number[] = []
  const head = Buffer.allocUnsafe(HEAD_BYTES + terms.length * 6)
  head.writeUInt16LE(terms.length, 4)
  terms.forEach((term, at) => {
    writeAscending(rows, postings.get(term)!)
    head.writeUInt32LE(term, HEAD_BYTES + at * 4)
    head.writeUInt16LE(rows.length, HEAD_BYTES + terms.length * 4 + at * 2)
  })
  return sealed(Buffer.concat([head, Buffer.from(rows)]))
}

/** The rows of one term. */
export function rowsOfTerm(block: Buffer, term: number, name: string): number[] {
  check(block, name)
  const count = block.readUInt16LE(4)
  let low = 0
  for (let high = count; low < high;) {
    const middle = (low + high) >> 1
    if (block.readUInt32LE(HEAD_BYTES + middle * 4) < term) low = middle + 1
    else high = middle
  }
  if (low === count || block.readUInt32LE(HEAD_BYTES + low * 4) !== term) return []
  return rowsAt(block, count, low)
}

export function decodePostings(block: Buffer, name: string): Postings {
  check(block, name)
  const count = block.readUInt16LE(4)
  return new Map(
    Array.from({ length: count }, (_, at) => [
      block.readUInt32LE(HEAD_BYTES + at * 4),
      rowsAt(block, count, at),
    ]),
  )
}

function rowsAt(block: Buffer, count: number, at: number): number[] {
  const ends = HEAD_BYTES + count * 4
  const first = ends + count * 2
  const start = at === 0 ? 0 : block.readUInt16LE(ends + at * 2 - 2)
  return readAscending(block, first + start, first + block.readUInt16LE(ends + at * 2))
}

/** crc32 | varint length of refused in bytes | refused | varint length of raised | raised | microseconds, varints. */
export function encodeJudged({ refused, raised, raisedBy }: JudgedBlock): Buffer {
  const bytes: number[] = [0, 0, 0, 0]
  for (const rows of [refused, raised]) {
    const list: number[] = []
    writeAscending(list, rows)
    writeVarint(bytes, list.length)
    for (const byte of list) bytes.push(byte)
  }
  for (const micros of raisedBy) writeVarint(bytes, micros)
  return sealed(Buffer.from(bytes))
}

export function decodeJudged(block: Buffer, name: string): JudgedBlock {
  check(block, name)
  const place = { at: 4 }
  const list = (): number[] => {
    const length = readVarint(block, place)
    place.at += length
    return readAscending(block, place.at - length, place.at)
  }
  const refused = list()
  const raised = list()
  return { refused, raised, raisedBy: raised.map(() => readVarint(block, place)) }
}

function sealed(block: Buffer): Buffer {
  block.writeUInt32LE(crc32(block.subarray(4)))
  return block
}

function check(block: Buffer, name: string): void {
  if (block.length >= 5 && crc32(block.subarray(4)) === block.readUInt32LE(0)) return
  throw new WaggleError('VIEW_MISCONFIGURED', `Block ${name} of the trajectory index is damaged`, {
    input: name,
  })
}

function writeAscending(into: number[], rows: readonly number[]): void {
  let last = 0
  for (const row of rows) {
    writeVarint(into, row - last)
    last = row
  }
}

function readAscending(block: Buffer, start: number, end: number): number[] {
  const place = { at: start }
  const rows: number[] = []
  for (let row = 0; place.at < end;) rows.push((row += readVarint(block, place)))
  return rows
}

/** LEB128 of a safe integer. */
function writeVarint(into: number[], value: number): void {
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) into.push((left % 128) | 128)
  into.push(left)
}

function readVarint(block: Buffer, place: { at: number }): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = block[place.at++]!
    value += (byte & 127) * scale
    if (byte < 128) return value
  }
}
