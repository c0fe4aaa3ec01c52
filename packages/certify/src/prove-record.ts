import { WaggleError } from '@waggle/base'
import { partitionName, positionText } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import { rootIn, type CertifiedPartition } from './certificate-body.ts'
import type { Certificate } from './certificate.ts'
import type { LogTrees } from './log-trees.ts'
import { base64Of, hashOfBase64, type Hash } from './merkle-hash.ts'
import { leafOf } from './record-leaf.ts'
import { inclusionProof, verifyInclusion } from './tree-proofs.ts'

/** That a certified partition holds a record: its place among the leaves, and the way from it to the root. */
export interface RecordProof {
  readonly index: number
  /** Audit path of RFC 6962, section 2.1.1, in the storage tree, from the leaf up, in base64. */
  readonly path: readonly string[]
}

/**
 * Undefined for a record that came after the certificate. LOG_CORRUPT where trees or log no longer hold what was
 * certified.
 */
export async function proveRecord(
  record: LogRecord,
  certificate: Certificate,
  trees: LogTrees,
): Promise<RecordProof | undefined> {
  const certified = partitionOf(certificate, record)
  if (certified === undefined || record.offset >= BigInt(certified.nextOffset)) return undefined
  const { records: size } = certified
  const index = await indexOf(leafOf(record).storage, record, size, trees)
  const path = await inclusionProof(trees.nodes(record), index, size)
  const proof = { index, path: path.map(base64Of) }
  if (!provesRecord(record, certificate, proof)) throw notCertified(record)
  return proof
}

/** Whether the record stands in the log that was certified, at this offset and time, to the byte. */
export function provesRecord(
  record: LogRecord,
  certificate: Certificate,
  { index, path }: RecordProof,
): boolean {
  const certified = partitionOf(certificate, record)
  if (certified === undefined) return false
  const hashes = path.map(hashOfBase64)
  if (!hashes.every((hash) => hash !== undefined)) return false
  const head = { index, size: certified.records, root: rootIn(certified.storage) }
  return verifyInclusion(head, leafOf(record).storage, hashes)
}

function partitionOf({ body }: Certificate, record: LogRecord): CertifiedPartition | undefined {
  const name = partitionName(record)
  return body.partitions.find((at) => partitionName(at) === name)
}

const NEAR = 64

/** Offsets without a record, which Kafka leaves, put a leaf before its offset; never behind it. */
async function indexOf(
  leaf: Hash,
  record: LogRecord,
  size: number,
  trees: LogTrees,
): Promise<number> {
  const behind = Math.min(Number(record.offset) + 1, size)
  for (let [end, count] = [behind, 1]; end > 0; [end, count] = [end - count, NEAR]) {
    const from = Math.max(0, end - count)
    const found = (await trees.leaves(record, from, end - from)).lastIndexOf(leaf)
    if (found >= 0) return from + found
  }
  throw notCertified(record)
}

function notCertified(record: LogRecord): WaggleError {
  const input = positionText(record)
  return new WaggleError('LOG_CORRUPT', `The record at ${input} is not the one certified`, {
    input,
  })
}
