import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CompactRange, rootOf } from './compact-range.ts'
import { bytesOf, leafHash, nodeHash, sha256, type Hash } from './merkle-hash.ts'
import {
  consistencyProof,
  inclusionProof,
  rangeRoot,
  verifyConsistency,
  verifyInclusion,
  type NodeReader,
} from './tree-proofs.ts'

/** Leaves and roots of the reference implementation of Certificate Transparency. */
const DATA = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const hex = (hash: Hash): string => bytesOf(hash).toString('hex')

/** RFC 6962, section 2.1, word for word, over buffers. */
function definition(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return sha256(new Uint8Array(0))
  if (leaves.length === 1) return leaves[0]!
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(bytesOf(definition(leaves.slice(0, split))))
    .update(bytesOf(definition(leaves.slice(split))))
    .digest()
    .toString('latin1')
}

const leavesOf = (count: number, salt = ''): Hash[] =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`${salt}${index}`)))

const readerOf =
  (leaves: readonly Hash[]): NodeReader =>
  async (level, index) =>
    definition(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))

describe('the Merkle tree', () => {
  it('gives the published roots', () => {
    const leaves = DATA.map((data) => leafHash(Buffer.from(data, 'hex')))
    const roots = ROOTS.map((_, size) => hex(rootOf(leaves.slice(0, size))))
    expect(roots).toEqual(ROOTS)
  })

  it('is the definition at every size, and names complete subtrees', () => {
    const leaves = leavesOf(70)
    const range = new CompactRange()
    const named: string[] = []
    leaves.forEach((leaf, index) => {
      range.append(leaf, (level, root) => {
        const from = index + 1 - 2 ** level
        expect(root).toBe(definition(leaves.slice(from, index + 1)))
        named.push(`${level}/${from / 2 ** level}`)
      })
      expect(range.root()).toBe(definition(leaves.slice(0, index + 1)))
    })
    expect(named).toHaveLength(70 + 35 + 17 + 8 + 4 + 2 + 1)
    const again = new CompactRange(range.size, range.edge)
    expect(again.root()).toBe(range.root())
  })

  it('proves inclusion of each leaf, and of nothing else', async () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = leavesOf(size)
      const root = definition(leaves)
      for (let index = 0; index < size; index++) {
        const path = await inclusionProof(readerOf(leaves), index, size)
        expect(verifyInclusion({ index, size, root }, leaves[index]!, path)).toBe(true)
        expect(verifyInclusion({ index, size, root }, leafHash(Buffer.from('x')), path)).toBe(false)
        for (let other = 0; other < size; other++)
          expect(verifyInclusion({ index: other, size, root }, leaves[index]!, path)).toBe(
            other === index,
          )
        for (const broken of brokenProofs(path))
          expect(verifyInclusion({ index, size, root }, leaves[index]!, broken)).toBe(false)
      }
    }
  })

  it('proves that a tree begins with an older one, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        async (a, b) => {
          const [older, size] = [Math.min(a, b), Math.max(a, b)]
          const leaves = leavesOf(size)
          const head = { size, root: definition(leaves) }
          const old = { size: older, root: definition(leaves.slice(0, older)) }
          const proof = await consistencyProof(readerOf(leaves), older, size)
          expect(verifyConsistency(old, head, proof)).toBe(true)
          expect(await rangeRoot(readerOf(leaves), 0, size)).toBe(head.root)
          const fork = { size: older, root: definition(leavesOf(older, 'fork')) }
          expect(verifyConsistency(fork, head, proof)).toBe(false)
          if (older < size) expect(verifyConsistency(head, old, proof)).toBe(false)
          for (const broken of brokenProofs(proof))
            expect(verifyConsistency(old, head, broken)).toBe(false)
        },
      ),
    )
  })
})

function brokenProofs(proof: readonly Hash[]): Hash[][] {
  const flipped = proof.map((_, at) =>
    proof.map((hash, index) => (index === at ? nodeHash(hash, hash) : hash)),
  )
  return [...flipped, [...proof, leafHash(Buffer.from('more'))], ...shorter(proof)]
}

const shorter = (proof: readonly Hash[]): Hash[][] =>
  proof.length === 0 ? [] : [proof.slice(1), proof.slice(0, -1)]
