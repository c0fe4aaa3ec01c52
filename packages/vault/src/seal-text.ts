import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { WaggleError } from '@waggle/base'

/** Where a text belongs: it opens nowhere else. */
export interface TextPlace {
  readonly swarm: string
  /** Id of the event. */
  readonly id: string
  readonly field: string
}

const PREFIX = 'sealed:v1:'
const ANY_VERSION = /^sealed:v\d+:/
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Whether it has the form of a sealed text, of whatever version. */
export function isSealed(text: string): boolean {
  return ANY_VERSION.test(text)
}

/**
 * `sealed:v1:` and the base64url of nonce, ciphertext and tag. AES-256-GCM (NIST SP 800-38D) under a key of its own
 * for every field of every event, derived by HKDF-SHA256 (RFC 5869) from the subject's. The nonce is made of
 * the text (as in SIV, RFC 5297), so the same event sealed again has the same bytes, and another text under
 * the same id another nonce. The place is authenticated: a text that was moved does not open.
 */
export function sealText(secret: Buffer, place: TextPlace, text: string): string {
  const context = contextOf(place)
  const { key, nonceKey } = derive(secret, context)
  const nonce = createHmac('sha256', nonceKey).update(text).digest().subarray(0, NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context)
  const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final()])
  return PREFIX + Buffer.concat([body, cipher.getAuthTag()]).toString('base64url')
}

/** The text again; SEAL_INVALID where it was changed, moved, sealed with another key or by a later version. */
export function openText(secret: Buffer, place: TextPlace, sealed: string): string {
  if (!sealed.startsWith(PREFIX)) throw invalid(place, 'is sealed in an unknown way')
  const encoded = sealed.slice(PREFIX.length)
  const bytes = Buffer.from(encoded, 'base64url')
  // The decoder skips what is not base64url: such a text is another than was sealed.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== encoded)
    throw invalid(place, 'is damaged')
  const context = contextOf(place)
  const { key } = derive(secret, context)
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const options = { authTagLength: TAG_BYTES }
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, options).setAAD(context)
  cipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const text = cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    return Buffer.concat([text, cipher.final()]).toString('utf8')
  } catch {
    throw invalid(place, 'was changed or moved')
  }
}

/** As JSON, so that no two places have the same bytes. */
function contextOf({ swarm, id, field }: TextPlace): Buffer {
  return Buffer.from(JSON.stringify(['waggle/seal/v1', swarm, id, field]))
}

function derive(secret: Buffer, context: Buffer): { key: Buffer; nonceKey: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), context, 64))
  return { key: bytes.subarray(0, 32), nonceKey: bytes.subarray(32) }
}

function invalid({ id, field }: TextPlace, what: string): WaggleError {
  return new WaggleError('SEAL_INVALID', `${field} of event ${id} ${what}`, { field, input: id })
}
