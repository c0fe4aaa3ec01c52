import { WaggleError } from '@waggle/base'
import { comparePositions, partitionName, type TopicPartition } from '@waggle/event'
import { rootOf } from './compact-range.ts'
import { base64Of, hashOfBase64, leafHash, type Hash } from './merkle-hash.ts'
import type { PartitionTree } from './partition-tree.ts'
import { openNote, type NoteSigner } from './signed-note.ts'

/**
 * A certificate is a signed note whose text is a checkpoint (C2SP tlog-checkpoint) with one extension line:
 *
 *   <origin>
 *   <number of records>
 *   <storage root, base64>
 *   <body, one line of JSON>
 *
 * So what is signed is the very bytes of the file. The checkpoint's tree has a leaf for each partition that holds
 * records, in the order of (topic, partition): the text `<topic>/<partition> <records> <root>\n`. It is a summary,
 * not append-only itself; that nothing was rewritten is proven partition by partition.
 */
export interface Certificate {
  /** Whose log it is: a URL without scheme, by custom the name of the key too. */
  readonly origin: string
  readonly records: number
  /** Over the storage roots of all partitions. */
  readonly storage: string
  readonly body: CertificateBody
}

export interface CertificateBody {
  readonly format: typeof CERTIFICATE_FORMAT
  /** ISO 8601, by the clock of who signed. */
  readonly issuedAt: string
  /** Over the content roots of all partitions: the same on every engine that holds the same records. */
  readonly content: string
  readonly partitions: readonly CertifiedPartition[]
  readonly views: readonly CertifiedView[]
  readonly schemas: readonly CertifiedSchema[]
  /** Hash or commit of the code that folded the views, as the signer gives it. */
  readonly code: string | null
  /** Seed of the run, where there is one. */
  readonly seed: string | null
  /** Versions of what it was made with, by name. */
  readonly engines: Readonly<Record<string, string>>
  /** The certificate before this one, and the proof that the log only grew since. */
  readonly previous: Previous | null
}

export interface CertifiedPartition extends TopicPartition {
  readonly records: number
  /** Offset behind the last record, decimal. */
  readonly nextOffset: string
  readonly storage: string
  readonly content: string
}

/** State root of a view: its digest once everything up to the positions is folded, and no more. */
export interface CertifiedView {
  readonly name: string
  readonly version: number
  readonly digest: string
}

export interface CertifiedSchema {
  readonly id: number
  /** SHA-256 of the schema's JSON by RFC 8785, in hex. */
  readonly sha256: string
}

export interface Previous {
  /** SHA-256 of the file of the previous certificate, in hex. */
  readonly sha256: string
  /** By partition name: a consistency proof of RFC 6962, section 2.1.2, over the storage tree, in base64. */
  readonly proofs: Readonly<Record<string, readonly string[]>>
}

export const CERTIFICATE_FORMAT = 'waggle-certificate/v1'

/** Partitions that hold records, in order, with their roots. */
export function certifiedPartitions(trees: Iterable<PartitionTree>): CertifiedPartition[] {
  return [...trees]
    .filter(({ storage }) => storage.size > 0)
    .map((tree) => ({
      topic: tree.topic,
      partition: tree.partition,
      records: tree.storage.size,
      nextOffset: String(tree.nextOffset),
      storage: base64Of(tree.storage.root()),
      content: base64Of(tree.content.root()),
    }))
    .sort((a, b) => comparePositions({ ...a, offset: 0n }, { ...b, offset: 0n }))
}

export function summaryRoot(
  partitions: readonly CertifiedPartition[],
  tree: 'storage' | 'content',
): string {
  return base64Of(
    rootOf(
      partitions.map((at) =>
        leafHash(Buffer.from(`${partitionName(at)} ${at.records} ${at[tree]}\n`)),
      ),
    ),
  )
}

export function sealCertificate(body: CertificateBody, origin: string, signer: NoteSigner): string {
  const { partitions } = body
  const records = partitions.reduce((sum, at) => sum + at.records, 0)
  const lines = [origin, records, summaryRoot(partitions, 'storage'), JSON.stringify(body)]
  return signer.sign(`${lines.join('\n')}\n`)
}

export interface OpenedCertificate extends Certificate {
  /** Whether the key's owner signed it. */
  readonly signed: boolean
}

/** INPUT_INVALID for what is no certificate; one that contradicts itself is none. */
export function openCertificate(text: string, verifier: string): OpenedCertificate {
  const note = openNote(text, verifier)
  const [origin = '', records = '', storage = '', json = '', ...rest] = note.text.split('\n')
  const body = parseBody(json)
  const whole =
    rest.join() === '' &&
    String(body.partitions.reduce((sum, at) => sum + at.records, 0)) === records &&
    summaryRoot(body.partitions, 'storage') === storage &&
    summaryRoot(body.partitions, 'content') === body.content
  if (!whole) throw noCertificate('its lines contradict each other')
  return { origin, records: Number(records), storage, body, signed: note.signed }
}

function parseBody(json: string): CertificateBody {
  let body: Partial<CertificateBody> | null
  try {
    body = JSON.parse(json) as Partial<CertificateBody> | null
  } catch (error) {
    throw noCertificate(String(error))
  }
  if (body?.format !== CERTIFICATE_FORMAT)
    throw noCertificate(`its format is not ${CERTIFICATE_FORMAT}`)
  const lists = [body.partitions, body.views, body.schemas]
  if (!lists.every(Array.isArray) || !body.partitions!.every(isPartition))
    throw noCertificate('a part of it is missing')
  return body as CertificateBody
}

function isPartition(at: CertifiedPartition): boolean {
  return (
    typeof at.topic === 'string' &&
    Number.isSafeInteger(at.partition) &&
    Number.isSafeInteger(at.records) &&
    at.records > 0 &&
    /^\d+$/.test(at.nextOffset) &&
    hashOfBase64(at.storage) !== undefined &&
    hashOfBase64(at.content) !== undefined
  )
}

/** A root of a certificate that was opened. */
export function rootIn(text: string): Hash {
  const hash = hashOfBase64(text)
  if (hash === undefined) throw noCertificate(`${text} is no hash`)
  return hash
}

function noCertificate(why: string): WaggleError {
  return new WaggleError('INPUT_INVALID', `This is no certificate: ${why}`)
}
