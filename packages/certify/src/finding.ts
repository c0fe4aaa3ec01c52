/** One thing that is not as certified. */
export interface Finding {
  /**
   * `record`: the first record of a partition that is not the one certified. `partition`: its root differs and no
   * kept trees say where. `trees`: the kept trees are not those certified. `view`, `schema`, `code`: what the
   * records mean. `signature`: nobody vouches for the certificate. `succession`: the log did not only grow.
   */
  readonly what:
    'record' | 'partition' | 'trees' | 'view' | 'schema' | 'code' | 'signature' | 'succession'
  /** Position, partition, or name. */
  readonly at: string
  readonly expected: string
  readonly found: string
}
