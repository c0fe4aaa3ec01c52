import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Access, Grant } from '@waggle/event'
import { provenanceOf, type Provenance } from './lens.ts'
import type { Refusal } from './refusal-state.ts'

/**
 * Who owns a namespace and whom it let in, as a pure fold of the namespace's partition.
 *
 * - `shared` belongs to nobody: every agent of the swarm reads and writes it.
 * - A namespace that bears an agent's name is that agent's, from its first write on, whoever was there before.
 * - Any other belongs to the agent whose memory or grant was the first in it.
 * - The newest grant to an agent by name decides; where there is none, the newest to `*` does. So NONE to one
 *   agent keeps it out of what all others may read.
 *
 * A write without the right counts for nothing. Rights do not depend on trust: a quarantine takes away what an
 * agent said, not what it owns.
 */
export interface GrantState {
  /** Oldest first; the last one is the owner. */
  readonly owners: Ownership[]
  /** By grantee, oldest first. */
  readonly grants: Map<string, GrantEntry[]>
}

export interface Ownership {
  readonly owner: string
  readonly knownFrom: Micros
}

export interface GrantEntry extends Provenance {
  readonly grantee: string
  readonly access: Access
}

/** The namespace that every agent of a swarm reads and writes. */
export const SHARED_NAMESPACE = 'shared'

/** Grantee that stands for every agent of the swarm. */
export const EVERYONE = '*'

export function emptyGrants(): GrantState {
  return { owners: [], grants: new Map() }
}

/** Why a write into the namespace counts for nothing; undefined where it counts. */
export function writeRefusal(
  state: GrantState,
  namespace: string,
  { event, knownFrom }: KnownEvent,
): Refusal | undefined {
  const { agent, kind } = event
  if (namespace === SHARED_NAMESPACE) {
    if (kind !== 'grant') return undefined
    return { code: 'ACCESS_DENIED', reason: `${namespace} is open to all and owned by nobody` }
  }
  const owner = state.owners.at(-1)?.owner
  if (owner === undefined || owner === agent || agent === namespace) return undefined
  if (kind !== 'grant' && accessOf(state, agent, knownFrom) === 'WRITE') return undefined
  const wish = kind === 'grant' ? 'grant access to' : 'write into'
  return { code: 'ACCESS_DENIED', reason: `${agent} may not ${wish} ${namespace} of ${owner}` }
}

/** Takes possession of the namespace by a write that counts, where it has no owner or bears the agent's name. */
export function takePossession(
  { owners }: GrantState,
  namespace: string,
  { event, knownFrom }: KnownEvent,
): void {
  const { agent } = event
  const owner = owners.at(-1)?.owner
  if (namespace === SHARED_NAMESPACE || event.kind === 'removal' || owner === agent) return
  if (owner === undefined || agent === namespace) owners.push({ owner: agent, knownFrom })
}

/** Takes a grant that counts, in place. */
export function foldGrant(
  { grants }: GrantState,
  known: KnownEvent & { readonly event: Grant },
): void {
  const { grantee, access } = known.event
  const entry = { grantee, access, ...provenanceOf(known) }
  const all = grants.get(grantee)
  if (all === undefined) grants.set(grantee, [entry])
  else all.push(entry)
}

export function ownerOf({ owners }: GrantState, at: Micros): string | undefined {
  return owners.findLast(({ knownFrom }) => knownFrom <= at)?.owner
}

/** What the owner lets an agent do, at a time; grants of a former owner are void. */
export function accessOf({ owners, grants }: GrantState, agent: string, at: Micros): Access {
  const owner = ownerOf({ owners, grants }, at)
  const newest = (grantee: string): Access | undefined =>
    grants.get(grantee)?.findLast(({ knownFrom, source }) => knownFrom <= at && source === owner)
      ?.access
  return newest(agent) ?? newest(EVERYONE) ?? 'NONE'
}
