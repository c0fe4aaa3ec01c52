import { createLexicalEmbedder, type Embedder } from '@waggle/recall'

/** How well texts fit a question; vectors of texts asked about lately are kept. */
export interface Ranker {
  /** Cosine similarity, -1 to 1, of each text: its best where it has several parts; undefined where it has none. */
  score(question: string, texts: readonly (readonly string[])[]): Promise<(number | undefined)[]>
}

const KEPT = 20_000

export function createRanker(embedder: Embedder = createLexicalEmbedder()): Ranker {
  const kept = new Map<string, Float32Array>()
  const keepVectors = async (texts: readonly string[]): Promise<void> => {
    if (kept.size + texts.length > KEPT) kept.clear()
    const fresh = [...new Set(texts)].filter((text) => !kept.has(text))
    const made = await embedder.embed(fresh)
    fresh.forEach((text, index) => kept.set(text, unit(made[index]!)))
  }
  return {
    score: async (question, texts) => {
      const asked = unit((await embedder.embed([question]))[0]!)
      await keepVectors(texts.flat())
      return texts.map((parts) =>
        parts.length === 0
          ? undefined
          : Math.max(...parts.map((part) => dot(asked, kept.get(part)!))),
      )
    },
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}

/** A text without words has no direction: it fits nothing. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((value) => value / length)
}
