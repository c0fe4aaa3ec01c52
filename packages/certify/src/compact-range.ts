import { EMPTY_ROOT, nodeHash, type Hash } from './merkle-hash.ts'

/**
 * The right edge of an append-only Merkle tree (RFC 6962, section 2.1): the roots of its complete subtrees from
 * left to right, one for each bit set in its size. All that is needed to append and to give the root.
 */
export class CompactRange {
  readonly #edge: Hash[]
  #size: number

  constructor(size = 0, edge: readonly Hash[] = []) {
    this.#size = size
    this.#edge = [...edge]
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size
  }

  get edge(): readonly Hash[] {
    return this.#edge
  }

  /** Appends a leaf and names each subtree that is complete with it, the leaf as level 0. */
  append(leaf: Hash, completed?: (level: number, root: Hash) => void): void {
    let root = leaf
    let level = 0
    completed?.(level, root)
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      root = nodeHash(this.#edge.pop()!, root)
      completed?.(++level, root)
    }
    this.#edge.push(root)
    this.#size++
  }

  root(): Hash {
    return this.#edge.length === 0
      ? EMPTY_ROOT
      : this.#edge.reduceRight((right, left) => nodeHash(left, right))
  }
}

/** Root over leaves that are at hand. */
export function rootOf(leaves: Iterable<Hash>): Hash {
  const range = new CompactRange()
  for (const leaf of leaves) range.append(leaf)
  return range.root()
}
