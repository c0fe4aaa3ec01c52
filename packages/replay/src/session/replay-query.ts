import { createHash } from 'node:crypto'
import type { Micros } from '@waggle/base'
import type { EnvelopeView } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import type { Kind } from '@waggle/event'
import type { Wanted } from '../read-known.ts'
import type { Term } from '../trajectory-index/terms.ts'

/** Which events a session replays, and so in which order; a resume token is one of its query. */
export interface ReplayQuery {
  readonly swarm: string
  /** null is live. */
  readonly run: string | null
  /** One agent, trajectory, proposal or event; the whole swarm if left out. */
  readonly of?: Term
  readonly kinds?: readonly Kind[]
  readonly agents?: readonly string[]
  /** Only events about these instruments; those about none are left out. */
  readonly instruments?: readonly string[]
  /** Only what became known from this time on. */
  readonly from?: Micros
  /** Only what counted as known at this time: as of it. */
  readonly to?: Micros
}

/** What of a query can be decided without decoding. */
export function wantedBy(
  query: ReplayQuery,
  where?: (envelope: EnvelopeView) => boolean,
): Wanted & { readonly swarm: string } {
  const { swarm, run, kinds, agents, to } = query
  const chosen = agents === undefined ? undefined : new Set(agents)
  return {
    swarm,
    run,
    ...(kinds === undefined ? {} : { kinds: new Set(kinds) }),
    ...(to === undefined ? {} : { asOf: to }),
    ...(chosen === undefined && where === undefined
      ? {}
      : {
          where: (envelope) => (chosen?.has(envelope.agent) ?? true) && (where?.(envelope) ?? true),
        }),
  }
}

/** The rest of it. */
export function isAsked(
  { instruments, from = -Infinity }: ReplayQuery,
  known: KnownEvent,
): boolean {
  if (known.knownFrom < from) return false
  if (instruments === undefined) return true
  const { instrument } = known.event as { readonly instrument?: string | null }
  return instrument !== undefined && instrument !== null && instruments.includes(instrument)
}

/** Equal for equal questions, however they are written. */
export function queryDigest(query: ReplayQuery): string {
  const { kinds, agents, instruments, of, ...rest } = query
  const sorted = [kinds, agents, instruments].map((list) => list?.toSorted() ?? null)
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined)
  const text = JSON.stringify([fields.sort(([a], [b]) => (a < b ? -1 : 1)), of ?? null, sorted])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
