import { WaggleError } from '@waggle/base'
import { openKernel } from './dot-products.ts'

/**
 * Vectors as int8 codes, one after another, each scaled so that its largest component is 127. Only directions
 * are compared, so the scale need not be kept. Dot products are whole numbers, hence similarities are the same
 * on every machine. 384 dimensions take 392 bytes; f32 would take 1,536 for 0.01 more recall@10.
 */
export interface VectorSlab {
  readonly count: number
  readonly bytes: number
  /** Appends a code as `quantise` gives it; returns its ordinal. */
  push(code: Int8Array): number
  /** The code, in place: do not keep it. */
  at(ordinal: number): Int8Array
  /** Overwrites the vector; its similarity is 0 from then on. */
  wipe(ordinal: number): void
  /** Cosine similarity of each to the query, in [-1, 1]. */
  similarities(query: Int8Array, ordinals: Uint32Array): Float64Array
}

const PAGE = 65_536
/** Ordinals compared in one call of the kernel. */
const CHUNK = 4_096

export function createVectorSlab(dimensions: number): VectorSlab {
  const { memory, dots } = openKernel()
  const padded = paddedLength(dimensions)
  const ordinalsAt = padded * 2
  const outAt = ordinalsAt + CHUNK * 4
  const codesAt = outAt + CHUNK * 4
  let count = 0
  let norms = new Float64Array(16)

  const ensure = (bytes: number): void => {
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE)
    if (missing <= 0) return
    // An eighth more, so that growing is rare without holding twice what is needed.
    const spare = Math.ceil(memory.buffer.byteLength / PAGE / 8)
    try {
      memory.grow(missing + spare)
    } catch (cause) {
      throw new WaggleError('INPUT_INVALID', `No room for more than ${count} vectors`, { cause })
    }
  }
  const codeAt = (ordinal: number): Int8Array =>
    new Int8Array(memory.buffer, codesAt + ordinal * padded, padded)
  const setNorm = (ordinal: number, code: Int8Array): void => {
    norms[ordinal] = inverseNorm(code)
  }
  ensure(codesAt)

  return {
    get count() {
      return count
    },
    get bytes() {
      return memory.buffer.byteLength + norms.byteLength
    },
    push: (code) => {
      ensure(codesAt + (count + 1) * padded)
      if (count === norms.length) norms = grown(norms, count * 2)
      codeAt(count).set(code)
      setNorm(count, code)
      return count++
    },
    at: codeAt,
    wipe: (ordinal) => {
      codeAt(ordinal).fill(0)
      norms[ordinal] = 0
    },
    similarities: (query, ordinals) => {
      new Int16Array(memory.buffer, 0, padded).set(query)
      const out = new Float64Array(ordinals.length)
      const scale = inverseNorm(query)
      const products = new Int32Array(memory.buffer, outAt, CHUNK)
      for (let from = 0; from < ordinals.length; from += CHUNK) {
        const chunk = ordinals.subarray(from, from + CHUNK)
        new Uint32Array(memory.buffer, ordinalsAt, CHUNK).set(chunk)
        dots(ordinalsAt, chunk.length, codesAt, padded, 0, outAt)
        for (let i = 0; i < chunk.length; i++)
          out[from + i] = products[i]! * scale * norms[chunk[i]!]!
      }
      return out
    },
  }
}

/** Codes are as long as the next multiple of 16, which is what one step of the kernel takes. */
export function paddedLength(dimensions: number): number {
  return Math.ceil(dimensions / 16) * 16
}

/**
 * The code of a vector.
 *
 * @throws WaggleError DIMENSION_MISMATCH, or INPUT_INVALID for a vector without direction: not finite, or zero.
 */
export function quantise(vector: Float32Array, dimensions: number): Int8Array {
  if (vector.length !== dimensions)
    throw new WaggleError(
      'DIMENSION_MISMATCH',
      `A vector has ${vector.length} dimensions, the index ${dimensions}`,
    )
  let largest = 0
  for (const value of vector) {
    if (!Number.isFinite(value))
      throw new WaggleError('INPUT_INVALID', 'A vector has a component that is not finite')
    largest = Math.max(largest, Math.abs(value))
  }
  if (largest === 0) throw new WaggleError('INPUT_INVALID', 'A vector has no length')
  const code = new Int8Array(paddedLength(dimensions))
  for (let i = 0; i < dimensions; i++) code[i] = Math.round((vector[i]! / largest) * 127)
  return code
}

function inverseNorm(code: Int8Array): number {
  let sum = 0
  for (const value of code) sum += value * value
  return sum === 0 ? 0 : 1 / Math.sqrt(sum)
}

function grown(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(length)
  next.set(values)
  return next
}
