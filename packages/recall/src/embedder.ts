/** Text -> vector. Part of an index's identity: vectors of another name or dimension are never mixed in. */
export interface Embedder {
  /** Name and version, such as `hashed-ngrams/v1`. */
  readonly name: string
  readonly dimensions: number
  /** One vector of unit length for each text, in order; the same text always gives the same vector. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]> | readonly Float32Array[]
}
