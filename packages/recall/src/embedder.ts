/** Text -> vector. Part of an index's identity: vectors of another name or dimension are never mixed in. */
export interface Embedder {
  /** Name and version, such as `hashed-ngrams/v1`. */
  readonly name: string
  readonly dimensions: number
  /**
   * One vector for each text, in order; the same text always gives the same vector. Only directions count.
   * Texts come cut to MAX_EMBEDDED_CHARS.
   */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]> | readonly Float32Array[]
}

/** Characters of a text that are embedded; what comes behind is found by its words only. */
export const MAX_EMBEDDED_CHARS = 8_192
