import { createHash, timingSafeEqual } from 'node:crypto'
import { VERBS, type Verb } from '@waggle/api'
import { microsOf, WaggleError, type Micros } from '@waggle/base'
import { z } from 'zod'
import { GatewayFault } from './gateway-fault.ts'

const names = z.array(z.string().min(1).max(128)).min(1)

/** A token's rights. The token itself is not kept: `sha256` is its hash in hex. `*` means every one. */
const grantSchema = z.strictObject({
  name: z.string().min(1).max(128),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is the SHA-256 of the token, in hex'),
  swarms: names,
  agents: names.default(['*']),
  verbs: z.array(z.enum(VERBS)).min(1),
  /** Requests a second, on average; a burst may be ten times as many. */
  rate: z.number().positive().max(100_000).default(200),
  /** ISO 8601; it is refused from then on. Never if left out. */
  expires_at: z.iso.datetime({ offset: true }).optional(),
})

export type Grant = z.output<typeof grantSchema>
export type GrantInput = z.input<typeof grantSchema>

/** Who asks. */
export interface Principal {
  readonly name: string
  readonly swarms: readonly string[]
  readonly agents: readonly string[]
  readonly verbs: readonly Verb[]
  readonly rate: number
}

/** CONFIG_INVALID with everything that is wrong. */
export function parseGrants(input: unknown): Grant[] {
  const parsed = z.array(grantSchema).safeParse(input)
  if (parsed.success) return parsed.data
  throw new WaggleError('CONFIG_INVALID', `tokens: ${z.prettifyError(parsed.error)}`)
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The principal of an Authorization header. TOKEN_MISSING, TOKEN_INVALID or TOKEN_EXPIRED (401). */
export function authenticate(
  grants: readonly Grant[],
  header: string | undefined,
  now: Micros,
): Principal {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1]
  if (token === undefined)
    throw new GatewayFault('TOKEN_MISSING', 'Send the header Authorization: Bearer TOKEN')
  const hash = Buffer.from(hashToken(token), 'hex')
  // All are compared, so that the time says nothing of which.
  const found = grants.filter(({ sha256 }) => timingSafeEqual(Buffer.from(sha256, 'hex'), hash))
  const [grant] = found
  if (grant === undefined)
    throw new GatewayFault('TOKEN_INVALID', 'The gateway does not know this token')
  const { name, expires_at: end } = grant
  if (end !== undefined && now >= microsOf(end))
    throw new GatewayFault('TOKEN_EXPIRED', `The token ${name} has ended at ${end}`)
  return grant
}

export interface Wanted {
  readonly verb: Verb | null
  readonly swarm?: string | undefined
  readonly agent?: string | undefined
}

/** SCOPE_MISSING (403) with what the token lacks. */
export function authorize(principal: Principal, { verb, swarm, agent }: Wanted): void {
  const lacks = (what: string): never => {
    throw new GatewayFault('SCOPE_MISSING', `The token ${principal.name} has no right to ${what}`)
  }
  if (verb !== null && !principal.verbs.includes(verb)) lacks(verb)
  if (swarm !== undefined && !covers(principal.swarms, swarm)) lacks(`the swarm ${swarm}`)
  if (agent !== undefined && !covers(principal.agents, agent)) lacks(`speak as ${agent}`)
}

export function covers(allowed: readonly string[], name: string): boolean {
  return allowed.includes('*') || allowed.includes(name)
}
