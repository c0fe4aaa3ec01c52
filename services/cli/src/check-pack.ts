import { readFileSync } from 'node:fs'
import { messageOf, WaggleError } from '@waggle/base'
import { positionText } from '@waggle/event'
import { recompute, verifyPack, type Recomputed, type VerifiedPack } from '@waggle/explain'
import { verifierOf } from './certificate-files.ts'
import type { CommandDeps } from './program/command.ts'

export interface PackWanted {
  readonly path: string
  /** Public key, as text or in a file: then the pack's certificate is held to it, too. */
  readonly key: string | undefined
  readonly json: boolean
}

/** Computes a pack again, offline; exit code 1 where it does not hold. CONFIG_INVALID for a file that is no JSON. */
export async function checkPack(
  { path, key, json }: PackWanted,
  { out }: CommandDeps,
): Promise<number> {
  const pack = readPack(path)
  const verifier = key === undefined ? undefined : await verifierOf(key)
  const answer = judged(pack, verifier)
  out.write(json ? `${JSON.stringify(answer)}\n` : linesOf(answer))
  return answer.holds ? 0 : 1
}

interface Holds {
  readonly holds: true
  readonly claim: string
  readonly rule: string
  readonly value: Recomputed['value']
  readonly events: readonly string[]
  /** Who certified that the log holds the events; null where nobody was asked. */
  readonly certified: { readonly origin: string; readonly issued_at: string } | null
}
interface Refused {
  readonly holds: false
  /** What is at fault, such as digest, events, proof or certificate. */
  readonly field: string | undefined
  readonly reason: string
}

function judged(pack: unknown, verifier: string | undefined): Holds | Refused {
  try {
    const found: Recomputed & Partial<VerifiedPack> =
      verifier === undefined ? recompute(pack) : verifyPack(pack, verifier)
    const { claim, rule, value, certificate } = found
    const events = found.events.map(({ position }) => positionText(position))
    const certified = certificate && {
      origin: certificate.origin,
      issued_at: certificate.body.issuedAt,
    }
    return { holds: true, claim, rule, value, events, certified: certified ?? null }
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error
    return { holds: false, field: error.field, reason: messageOf(error) }
  }
}

function linesOf(answer: Holds | Refused): string {
  if (!answer.holds) return `refused: ${answer.reason}\n`
  const { claim, rule, value, events, certified } = answer
  const said =
    certified === null
      ? 'whether a log holds these events was not asked: give the --key of its certificate'
      : `all of them in the log ${certified.origin}, certified ${certified.issued_at}`
  return `${claim} = ${JSON.stringify(value)}\nholds: computed again by ${rule} from ${events.length} events\n${said}\n`
}

function readPack(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (error) {
    const what = `${path} is no JSON: ${messageOf(error)}`
    throw new WaggleError('CONFIG_INVALID', what, { input: path, cause: error })
  }
}
