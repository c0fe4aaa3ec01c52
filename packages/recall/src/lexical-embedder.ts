import type { Embedder } from './embedder.ts'
import { MAX_EMBEDDED_CHARS } from './embedder.ts'
import { countsOf, wordsOf } from './tokens.ts'

export interface LexicalEmbedderOptions {
  /** 16 to 4,096; 384 by default. */
  readonly dimensions?: number
}

/** Word forms whose features are kept; texts of agents repeat most of theirs. */
const CACHED_WORDS = 50_000
/** What one n-gram weighs against its whole word. */
const GRAM_WEIGHT = 0.5

/**
 * Embeds by spelling: words and their character 3- and 4-grams, hashed into the dimensions with signs
 * (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009, section 2), term
 * frequency sublinear as 1 + ln tf (Manning, Raghavan, Schütze, "Introduction to Information Retrieval",
 * section 6.4.1), unit length. It finds the same and similarly spelt words; it knows nothing of meaning: for that,
 * give the index an embedder that asks a model. Texts are cut after MAX_EMBEDDED_CHARS. A text without words
 * gets a fixed direction.
 */
export function createLexicalEmbedder({ dimensions = 384 }: LexicalEmbedderOptions = {}): Embedder {
  const cache = new Map<string, Int32Array>()
  const featuresOf = (word: string): Int32Array => {
    const known = cache.get(word)
    if (known !== undefined) return known
    if (cache.size >= CACHED_WORDS) cache.clear()
    const features = featuresOfWord(word, dimensions)
    cache.set(word, features)
    return features
  }
  return {
    name: 'hashed-ngrams/v1',
    dimensions,
    embed: (texts) =>
      texts.map((text) => embedText(text.slice(0, MAX_EMBEDDED_CHARS), dimensions, featuresOf)),
  }
}

function embedText(
  text: string,
  dimensions: number,
  featuresOf: (word: string) => Int32Array,
): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const [word, count] of countsOf(wordsOf(text))) {
    const weight = 1 + Math.log(count)
    const features = featuresOf(word)
    add(vector, features[0]!, weight)
    for (let i = 1; i < features.length; i++) add(vector, features[i]!, weight * GRAM_WEIGHT)
  }
  return toUnitLength(vector)
}

/** @param feature Twice the dimension, and one more where the sign is negative. */
function add(vector: Float32Array, feature: number, weight: number): void {
  vector[feature >>> 1]! += (feature & 1) === 0 ? weight : -weight
}

function toUnitLength(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  if (sum === 0) {
    vector[0] = 1
    return vector
  }
  const scale = 1 / Math.sqrt(sum)
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale
  return vector
}

/** The word, then its n-grams; `^` and `$` are its ends. */
function featuresOfWord(word: string, dimensions: number): Int32Array {
  const bounded = `^${word}$`
  const hashes = [hash(`=${word}`)]
  for (const size of [3, 4])
    for (let at = 0; at + size <= bounded.length; at++)
      hashes.push(hash(bounded.slice(at, at + size)))
  return Int32Array.from(hashes, (h) => (((h >>> 1) % dimensions) << 1) | (h & 1))
}

/** FNV-1a over UTF-16 units, then the finaliser of MurmurHash3, without which the low bits are poor. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
