import { createHash } from 'node:crypto'
import { partitionName } from '@waggle/event'
import { rootIn, type CertifiedPartition, type Previous } from './certificate-body.ts'
import type { Certificate } from './certificate.ts'
import type { Finding } from './finding.ts'
import type { LogTrees } from './log-trees.ts'
import { base64Of, hashOfBase64 } from './merkle-hash.ts'
import { consistencyProof, verifyConsistency } from './tree-proofs.ts'

/** Names the previous certificate and proves, partition by partition, that the log only grew since. */
export async function proveSuccession(
  previousText: string,
  previous: Pick<Certificate, 'body'>,
  trees: LogTrees,
): Promise<Previous> {
  const proofs: Record<string, string[]> = {}
  for (const at of previous.body.partitions) {
    const size = trees.partitions.get(partitionName(at))?.storage.size ?? 0
    // A log that is shorter has no proof; verifySuccession says so.
    if (size <= at.records) continue
    const proof = await consistencyProof(trees.nodes(at), at.records, size)
    proofs[partitionName(at)] = proof.map(base64Of)
  }
  return { sha256: sha256Hex(previousText), proofs }
}

/**
 * Whether the log of the newer certificate begins with all that the older one certified; needs neither log nor
 * trees. Finds a log that was rolled back, forked or rewritten in between, whoever signed it.
 */
export function verifySuccession(
  olderText: string,
  older: Pick<Certificate, 'body' | 'origin'>,
  newer: Pick<Certificate, 'body' | 'origin'>,
): Finding[] {
  const { previous } = newer.body
  const named = previous?.sha256 ?? 'none'
  if (older.origin !== newer.origin)
    return [{ what: 'succession', at: 'origin', expected: older.origin, found: newer.origin }]
  if (named !== sha256Hex(olderText))
    return [{ what: 'succession', at: 'previous', expected: sha256Hex(olderText), found: named }]
  const now = new Map(newer.body.partitions.map((at) => [partitionName(at), at]))
  return older.body.partitions.flatMap((at) => {
    const name = partitionName(at)
    const found = now.get(name)
    if (found !== undefined && begins(at, found, previous?.proofs[name] ?? [])) return []
    return [{ what: 'succession', at: name, expected: textOf(at), found: textOf(found) }]
  })
}

function begins(
  older: CertifiedPartition,
  newer: CertifiedPartition,
  proof: readonly string[],
): boolean {
  const hashes = proof.map(hashOfBase64)
  if (!hashes.every((hash) => hash !== undefined)) return false
  const [from, to] = [older, newer].map((at) => ({ size: at.records, root: rootIn(at.storage) }))
  return verifyConsistency(from!, to!, hashes)
}

function textOf(at: CertifiedPartition | undefined): string {
  return at === undefined ? 'no records' : `${at.records} records, root ${at.storage}`
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
