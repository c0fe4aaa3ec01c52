import { createHash } from 'node:crypto'
import type { EvidencePack } from '@waggle/api'
import { canonicalJson, type Json } from '@waggle/view-coordination'

/** SHA-256 over everything but itself, as canonical JSON (RFC 8785), in hexadecimal. */
export function digestOf({ digest: _digest, ...pack }: EvidencePack): string {
  return createHash('sha256')
    .update(canonicalJson(pack as unknown as Json))
    .digest('hex')
}
