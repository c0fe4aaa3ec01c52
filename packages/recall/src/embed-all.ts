import { WaggleError } from '@waggle/base'
import { MAX_EMBEDDED_CHARS, type Embedder } from './embedder.ts'
import { quantise } from './vector-slab.ts'

/**
 * The codes of the texts, each cut to MAX_EMBEDDED_CHARS.
 *
 * @throws WaggleError DIMENSION_MISMATCH or INPUT_INVALID where the embedder gives other vectors than it promises.
 */
export async function embedAll(embedder: Embedder, texts: readonly string[]): Promise<Int8Array[]> {
  if (texts.length === 0) return []
  const vectors = await embedder.embed(texts.map((text) => text.slice(0, MAX_EMBEDDED_CHARS)))
  if (vectors.length !== texts.length)
    throw new WaggleError(
      'INPUT_INVALID',
      `${embedder.name} gave ${vectors.length} vectors for ${texts.length} texts`,
    )
  return vectors.map((vector) => quantise(vector, embedder.dimensions))
}
