import type { Embedder } from '@waggle/recall'
import type { PatternState } from './pattern-state.ts'

/** The patterns whose words and first lessons' inputs are most like a text, most alike first. */
export type TextMatch = (
  text: string,
  patterns: readonly PatternState[],
  most: number,
) => Promise<PatternState[]>

/**
 * Words are compared when they are asked for, never while events are folded: what the bank says does not depend on an
 * embedder.
 */
export function createTextMatch(embedder: Embedder): TextMatch {
  const vectors = new WeakMap<PatternState, { text: string; vector: Float32Array }>()
  const vectorsOf = async (patterns: readonly PatternState[]): Promise<Float32Array[]> => {
    const texts = patterns.map(textOf)
    const stale = patterns.flatMap((pattern, at) =>
      vectors.get(pattern)?.text === texts[at] ? [] : [{ pattern, text: texts[at]! }],
    )
    const made = await embedder.embed(stale.map(({ text }) => text))
    stale.forEach(({ pattern, text }, at) => vectors.set(pattern, { text, vector: made[at]! }))
    return patterns.map((pattern) => vectors.get(pattern)!.vector)
  }
  return async (text, patterns, most) => {
    const [asked] = await embedder.embed([text])
    const all = await vectorsOf(patterns)
    return patterns
      .map((pattern, at) => ({ pattern, similarity: dot(asked!, all[at]!) }))
      .sort((a, b) => b.similarity - a.similarity || (a.pattern.id < b.pattern.id ? -1 : 1))
      .slice(0, most)
      .map(({ pattern }) => pattern)
  }
}

function textOf({ domain, situation, action, lessons }: PatternState): string {
  const seen = lessons[0]?.trial.inputs.map(({ text }) => text).join(' ') ?? ''
  return `${domain} ${situation} ${action} ${seen}`
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!
  return sum
}
