import { WaggleError } from '@waggle/base'
import type { TopicPartition } from '@waggle/event'
import { hashOfBase64, type Hash } from './merkle-hash.ts'

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

/** INPUT_INVALID for what is no body, whoever made it: it is read before anyone vouches for it. */
export function parseBody(json: string): CertificateBody {
  let body: unknown
  try {
    body = JSON.parse(json)
  } catch (error) {
    throw noCertificate(String(error))
  }
  if (!isObject(body) || body['format'] !== CERTIFICATE_FORMAT)
    throw noCertificate(`its format is not ${CERTIFICATE_FORMAT}`)
  const field = Object.keys(FIELDS).find((name) => !FIELDS[name]!(body[name]))
  if (field !== undefined) throw noCertificate(`${field} is missing or of another type`)
  return body as unknown as CertificateBody
}

type Check = (value: unknown) => boolean
type Fields = Readonly<Record<string, Check>>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText: Check = (value) => typeof value === 'string'
const isTextOrNull: Check = (value) => value === null || isText(value)
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const isHash: Check = (value) => typeof value === 'string' && hashOfBase64(value) !== undefined
const isOffset: Check = (value) => typeof value === 'string' && /^\d{1,19}$/.test(value)
const isList =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const isMap =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check)
const isRecord =
  (fields: Fields): Check =>
  (value) =>
    isObject(value) && Object.keys(fields).every((name) => fields[name]!(value[name]))

const FIELDS: Fields = {
  issuedAt: isText,
  content: isHash,
  partitions: isList(
    isRecord({
      topic: isText,
      partition: isCount,
      records: (value) => isCount(value) && value !== 0,
      nextOffset: isOffset,
      storage: isHash,
      content: isHash,
    }),
  ),
  views: isList(isRecord({ name: isText, version: isCount, digest: isText })),
  schemas: isList(isRecord({ id: isCount, sha256: isText })),
  code: isTextOrNull,
  seed: isTextOrNull,
  engines: isMap(isText),
  previous: (value) =>
    value === null || isRecord({ sha256: isText, proofs: isMap(isList(isHash)) })(value),
}

/** A root of a certificate that was opened. */
export function rootIn(text: string): Hash {
  const hash = hashOfBase64(text)
  if (hash === undefined) throw noCertificate(`${text} is no hash`)
  return hash
}

export function noCertificate(why: string): WaggleError {
  return new WaggleError('INPUT_INVALID', `This is no certificate: ${why}`)
}
