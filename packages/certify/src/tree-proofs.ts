import { nodeHash, type Hash } from './merkle-hash.ts'

/** Root of the complete subtree of 2^level leaves that is the index-th of its level. */
export type NodeReader = (level: number, index: number) => Promise<Hash>

/** Root of the leaves from `from` to `to` (RFC 6962, section 2.1); `from` is where a subtree begins. */
export async function rangeRoot(nodes: NodeReader, from: number, to: number): Promise<Hash> {
  const count = to - from
  const level = Math.log2(count)
  if (Number.isInteger(level)) return nodes(level, from / count)
  const middle = from + splitOf(count)
  return nodeHash(await rangeRoot(nodes, from, middle), await rangeRoot(nodes, middle, to))
}

/** Audit path of a leaf in the tree of `size` leaves (RFC 6962, section 2.1.1), from the leaf up. */
export async function inclusionProof(
  nodes: NodeReader,
  index: number,
  size: number,
): Promise<Hash[]> {
  const path: Hash[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      path.push(await rangeRoot(nodes, middle, to))
      to = middle
    } else {
      path.push(await rangeRoot(nodes, from, middle))
      from = middle
    }
  }
  return path.reverse()
}

/** Proof that the tree of `size` leaves begins with that of `older` (RFC 6962, section 2.1.2); 0 < older <= size. */
export async function consistencyProof(
  nodes: NodeReader,
  older: number,
  size: number,
): Promise<Hash[]> {
  const proof: Hash[] = []
  let [from, to, whole] = [0, size, true]
  while (older !== to) {
    const middle = from + splitOf(to - from)
    if (older <= middle) {
      proof.push(await rangeRoot(nodes, middle, to))
      to = middle
    } else {
      proof.push(await rangeRoot(nodes, from, middle))
      from = middle
      whole = false
    }
  }
  // What is left is the last subtree of the older tree; where that is all of it, its root is known.
  if (!whole) proof.push(await rangeRoot(nodes, from, to))
  return proof.reverse()
}

/** Whether the path leads from the leaf to the root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  { index, size, root }: { readonly index: number; readonly size: number; readonly root: Hash },
  leaf: Hash,
  path: readonly Hash[],
): boolean {
  if (index < 0 || index >= size) return false
  let [node, last, hash] = [index, size - 1, leaf]
  for (const step of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(step, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      hash = nodeHash(hash, step)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && hash === root
}

export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

/** Whether the proof shows that `newer` begins with `older` (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Hash[],
): boolean {
  if (older.size <= 0 || older.size > newer.size) return false
  if (older.size === newer.size) return proof.length === 0 && older.root === newer.root
  const steps = Number.isInteger(Math.log2(older.size)) ? [older.root, ...proof] : [...proof]
  let [node, last] = [older.size - 1, newer.size - 1]
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  const first = steps.shift()
  if (first === undefined) return false
  let [left, right] = [first, first]
  for (const step of steps) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      ;[left, right] = [nodeHash(step, left), nodeHash(step, right)]
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      right = nodeHash(right, step)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && left === older.root && right === newer.root
}

/** The largest power of two below a count of two or more. */
function splitOf(count: number): number {
  return 2 ** Math.ceil(Math.log2(count) - 1)
}

function half(value: number): number {
  return Math.floor(value / 2)
}
