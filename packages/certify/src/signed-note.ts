import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { WaggleError } from '@waggle/base'

/**
 * Signed notes (C2SP signed-note): a text that ends with a line feed, an empty line, and a line for each
 * signature: `— <name> base64(key id || signature)`. The algorithm is Ed25519 (type 0x01); the key id is the
 * first four bytes of SHA-256(name || 0x0A || 0x01 || public key). Keys are written as Go's sumdb/note does:
 *
 *   PRIVATE+KEY+<name>+<key id in hex>+base64(0x01 || seed)
 *   <name>+<key id in hex>+base64(0x01 || public key)
 */
export interface NoteSigner {
  readonly name: string
  /** The key others verify with, as text. */
  readonly verifier: string
  sign(text: string): string
}

const ED25519 = 0x01
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const SIGNATURE_BYTES = 64
const NAME = /^[^\s+\p{Cc}]+$/u

/** A new private key, as text. FIELD_INVALID for a name with blanks or plus signs. */
export function createNoteKey(name: string): string {
  if (!NAME.test(name))
    throw new WaggleError('FIELD_INVALID', 'The name of a key has neither blanks nor `+`', {
      field: 'name',
      input: name,
    })
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8.length)
  const id = keyIdOf(name, publicBytes(privateKey))
  return `PRIVATE+KEY+${name}+${id.toString('hex')}+${typed(seed)}`
}

/** INPUT_INVALID where the text is no private key; it is not repeated in the error. */
export function noteSigner(privateText: string): NoteSigner {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(privateText.trim())
  const [, name = '', id = '', encoded = ''] = match ?? []
  const seed = untyped(encoded)
  if (seed === undefined) throw new WaggleError('INPUT_INVALID', 'This is no private key of notes')
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const bytes = publicBytes(key)
  const keyId = keyIdOf(name, bytes)
  if (keyId.toString('hex') !== id)
    throw new WaggleError('INPUT_INVALID', `The id of the private key is not ${id}`)
  return {
    name,
    verifier: `${name}+${id}+${typed(bytes)}`,
    sign: (text) => {
      const signature = Buffer.concat([keyId, sign(null, Buffer.from(text), key)])
      return `${text}\n— ${name} ${signature.toString('base64')}\n`
    },
  }
}

export interface OpenedNote {
  readonly text: string
  /** Whether one of its signatures is that of the given key. */
  readonly signed: boolean
}

/** What a note says, whoever signed it. INPUT_INVALID for a text that is no note. */
export function noteText(note: string): string {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n'))
    throw new WaggleError('INPUT_INVALID', 'This is no signed note')
  return note.slice(0, end + 1)
}

/** INPUT_INVALID for a text that is no note, or a verifier that is no key. */
export function openNote(note: string, verifier: string): OpenedNote {
  const text = noteText(note)
  const { name, id, key } = parseVerifier(verifier)
  const signed = note
    .slice(text.length + 1, -1)
    .split('\n')
    .some((line) => {
      const [dash, signer, encoded = ''] = line.split(' ')
      const bytes = Buffer.from(encoded, 'base64')
      if (dash !== '—' || signer !== name || bytes.length !== id.length + SIGNATURE_BYTES)
        return false
      return (
        bytes.subarray(0, id.length).equals(id) &&
        verify(null, Buffer.from(text), key, bytes.subarray(id.length))
      )
    })
  return { text, signed }
}

function parseVerifier(text: string): { name: string; id: Buffer; key: KeyObject } {
  const [, name = '', id = '', encoded = ''] =
    /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? []
  const bytes = untyped(encoded)
  if (bytes === undefined || keyIdOf(name, bytes).toString('hex') !== id)
    throw new WaggleError('INPUT_INVALID', 'This is no verifier key of notes', { input: text })
  const key = createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' })
  return { name, id: Buffer.from(id, 'hex'), key }
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
}

function keyIdOf(name: string, publicKey: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(ED25519))
    .update(publicKey)
    .digest()
    .subarray(0, 4)
}

function typed(key: Uint8Array): string {
  return Buffer.concat([Buffer.of(ED25519), key]).toString('base64')
}

function untyped(encoded: string): Buffer | undefined {
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.length === 33 && bytes[0] === ED25519 ? bytes.subarray(1) : undefined
}
