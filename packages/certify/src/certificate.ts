import { WaggleError } from '@waggle/base'
import { comparePositions, partitionName } from '@waggle/event'
import {
  noCertificate,
  parseBody,
  type CertificateBody,
  type CertifiedPartition,
} from './certificate-body.ts'
import { rootOf } from './compact-range.ts'
import { base64Of, leafHash } from './merkle-hash.ts'
import type { PartitionTree } from './partition-tree.ts'
import { noteText, openNote, type NoteSigner } from './signed-note.ts'

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

/** FIELD_INVALID for an origin that is no single word: it is a line of the note. */
export function sealCertificate(body: CertificateBody, origin: string, signer: NoteSigner): string {
  if (!/^[^\s\p{Cc}]+$/u.test(origin))
    throw new WaggleError('FIELD_INVALID', 'The origin has no blanks', { field: 'origin' })
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
  return { ...readCertificate(text), signed: openNote(text, verifier).signed }
}

/** What a certificate says, whoever signed it. INPUT_INVALID as of openCertificate. */
export function readCertificate(text: string): Certificate {
  const [origin = '', records = '', storage = '', json = '', ...rest] = noteText(text).split('\n')
  const body = parseBody(json)
  const whole =
    rest.join() === '' &&
    String(body.partitions.reduce((sum, at) => sum + at.records, 0)) === records &&
    summaryRoot(body.partitions, 'storage') === storage &&
    summaryRoot(body.partitions, 'content') === body.content
  if (!whole) throw noCertificate('its lines contradict each other')
  return { origin, records: Number(records), storage, body }
}
