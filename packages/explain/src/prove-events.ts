import type { EvidencePack, EvidenceProof } from '@waggle/api'
import { messageOf, WaggleError } from '@waggle/base'
import {
  openCertificate,
  proveRecord,
  provesRecord,
  readCertificate,
  type Certificate,
  type KeptCertificate,
  type OpenedCertificate,
} from '@waggle/certify'
import { parsePosition } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import { evidencePackOf, recompute, type Recomputed } from './recompute.ts'

/** Undefined where a record came after the certificate: a proof is of all events or none. */
export async function proveEvents(
  records: readonly LogRecord[],
  { certificate, trees }: KeptCertificate,
): Promise<EvidenceProof | undefined> {
  const read = readCertificate(certificate)
  const events: EvidenceProof['events'] = []
  for (const record of records) {
    const proof = await proveRecord(record, read, trees)
    if (proof === undefined) return undefined
    const { key, headers } = record
    const path = [...proof.path]
    events.push({ key, headers: Object.entries(headers), index: proof.index, path })
  }
  return { certificate, events }
}

export interface VerifiedPack extends Recomputed {
  readonly certificate: Certificate
}

/**
 * Computes a pack again and holds its events to the certificate in it, from the pack and a public key alone.
 * INPUT_INVALID as of `recompute`, and for a pack without a proof, a certificate that the key's owner did not sign, or
 * an event that stands otherwise in the certified log; `field` says which: proof, certificate or events.
 */
export function verifyPack(input: unknown, verifier: string): VerifiedPack {
  const pack = evidencePackOf(input)
  const recomputed = recompute(pack)
  const { proof, events } = pack
  if (proof === undefined)
    throw refused('proof', 'The pack has no proof: explain again once the log is certified')
  const certificate = opened(proof.certificate, verifier)
  if (!certificate.signed)
    throw refused(
      'certificate',
      `The certificate of ${certificate.origin} was not signed by this key`,
    )
  if (proof.events.length !== events.length)
    throw refused('proof', `${events.length} events have ${proof.events.length} proofs`)
  events.forEach((event, index) => {
    const proven = proof.events[index]!
    if (provesRecord(recordOf(event, proven), certificate, proven)) return
    const what = `${event.position}: the certified log does not hold this event there`
    throw refused('events', what, event.position)
  })
  return { ...recomputed, certificate }
}

function opened(text: string, verifier: string): OpenedCertificate {
  try {
    return openCertificate(text, verifier)
  } catch (error) {
    throw refused('certificate', messageOf(error))
  }
}

/** The record as the log must have it. */
function recordOf(
  { position, raw, append_time: appendedAt }: EvidencePack['events'][number],
  { key, headers }: EvidenceProof['events'][number],
): LogRecord {
  const value = Buffer.from(raw, 'base64')
  return {
    ...parsePosition(position)!,
    key,
    headers: Object.fromEntries(headers),
    value,
    appendedAt,
  }
}

function refused(field: string, what: string, input?: string): WaggleError {
  return new WaggleError('INPUT_INVALID', what, {
    field,
    ...(input === undefined ? {} : { input }),
  })
}
