import type { Codec } from '@waggle/codec'
import type { EventLog } from '@waggle/log'
import { rootIn, type CertificateBody } from './certificate-body.ts'
import {
  certifiedPartitions,
  openCertificate,
  type Certificate,
  type OpenedCertificate,
} from './certificate.ts'
import type { Finding } from './finding.ts'
import { differingViews, foldViews, type MakeView } from './fold-views.ts'
import { hashSchema } from './hash-schemas.ts'
import type { LogTrees } from './log-trees.ts'
import { verifyPartition } from './verify-log.ts'

export interface VerifyOptions {
  readonly log: EventLog
  readonly codec: Codec
  /** The public key that is trusted, as text. */
  readonly verifier: string
  /** Kept trees, by which the record at fault is named. */
  readonly trees?: LogTrees
  /** Folds these views again and compares their state; a certified view that is not given is not looked at. */
  readonly views?: readonly MakeView[]
  /** What the code is now, where that is to be compared. */
  readonly code?: string
  /**
   * `storage` (if left out) demands the same records at the same offsets and append times; `content` only the
   * same records in the same order, as another engine holds them that they were copied to.
   */
  readonly tree?: 'storage' | 'content'
}

export interface Verification {
  readonly certificate: Certificate
  /** Nothing found: the log is as certified. At most one of each partition, the first. */
  readonly findings: readonly Finding[]
}

/** Recomputes what a certificate claims from the log alone. INPUT_INVALID for what is no certificate. */
export async function verifyCertificate(
  text: string,
  options: VerifyOptions,
): Promise<Verification> {
  const certificate = openCertificate(text, options.verifier)
  const findings = signatureFindings(certificate, options.verifier)
  for (const finding of await recordFindings(certificate.body, options)) findings.push(finding)
  const { code } = certificate.body
  if (options.code !== undefined && options.code !== code)
    findings.push({ what: 'code', at: 'code', expected: code ?? 'none', found: options.code })
  // What damaged records mean is not asked: they are found already, and may not be readable.
  if (findings.some(({ what }) => what !== 'code' && what !== 'signature'))
    return { certificate, findings }
  for (const finding of await meaningFindings(certificate.body, options)) findings.push(finding)
  return { certificate, findings }
}

/** One finding where the owner of the key did not sign. */
export function signatureFindings(
  { signed, origin }: OpenedCertificate,
  verifier: string,
): Finding[] {
  const expected = `a signature of ${verifier}`
  return signed ? [] : [{ what: 'signature', at: origin, expected, found: 'none' }]
}

/** Compares the log with the trees that were kept of it; nobody vouches for those. */
export function verifyTrees(log: EventLog, trees: LogTrees): Promise<Finding[]> {
  return recordFindings(
    { partitions: certifiedPartitions(trees.partitions.values()) },
    { log, trees },
  )
}

async function recordFindings(
  { partitions }: Pick<CertificateBody, 'partitions'>,
  { log, trees, tree = 'storage' }: Pick<VerifyOptions, 'log' | 'trees' | 'tree'>,
): Promise<Finding[]> {
  const found: Finding[] = []
  for (const { topic, partition, records, nextOffset, ...roots } of partitions) {
    const certified = {
      topic,
      partition,
      size: records,
      nextOffset: BigInt(nextOffset),
      root: rootIn(roots[tree]),
      tree,
    }
    const finding = await verifyPartition(log, certified, trees)
    if (finding !== undefined) found.push(finding)
  }
  return found
}

async function meaningFindings(
  { partitions, schemas, views }: CertificateBody,
  { log, codec, views: makes = [] }: VerifyOptions,
): Promise<Finding[]> {
  const found: Finding[] = []
  for (const { id, sha256 } of schemas) {
    const now = await hashSchema(codec, id)
    if (now === sha256) continue
    found.push({ what: 'schema', at: `schema ${id}`, expected: sha256, found: now ?? 'none' })
  }
  if (makes.length === 0) return found
  const ends = partitions.map((at) => ({ ...at, offset: BigInt(at.nextOffset) }))
  const names = new Set(makes.map((make) => make().name))
  const certified = views.filter(({ name }) => names.has(name))
  const folded = await foldViews({ log, codec }, makes, ends)
  for (const { name, ...texts } of differingViews(certified, folded))
    found.push({ what: 'view', at: name, ...texts })
  return found
}
