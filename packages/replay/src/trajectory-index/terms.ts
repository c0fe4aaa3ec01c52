import { SCHEMAS, type Kind, type WaggleEvent } from '@waggle/event'

/** What events can be found by. */
export type Term =
  | { readonly agent: string }
  | { readonly trajectory: string }
  | { readonly proposal: string }
  /** The event itself. */
  | { readonly id: string }
  /** Events that this one led to. */
  | { readonly cause: string }

export type TermKind = 'agent' | 'trajectory' | 'proposal' | 'id' | 'cause'
export const TERM_KINDS: readonly TermKind[] = ['agent', 'trajectory', 'proposal', 'id', 'cause']

/** The only kind and value of a term. */
export function termOf(term: Term): [kind: TermKind, value: string] {
  const [[kind, value]] = Object.entries(term) as [[TermKind, string]]
  return [kind, value]
}

/** Kinds that name a proposal; it stands behind the envelope, so they are decoded to be found by it. */
export const PROPOSAL_KINDS: ReadonlySet<Kind> = new Set(
  (Object.keys(SCHEMAS) as Kind[]).filter((kind) =>
    SCHEMAS[kind].fields.some(({ name }) => name === 'proposal'),
  ),
)

export function proposalOf(event: WaggleEvent): string | null {
  return (event as { readonly proposal?: string | null }).proposal ?? null
}

/** Where terms live: equal names in other swarms or runs are other terms. */
export interface TermScope {
  readonly swarm: string
  readonly run: string | null
}

const PRIME = 0x01000193
const OFFSET_BASIS = 0x811c9dc5

/** FNV-1a over UTF-16 units (Fowler, Noll, Vo; RFC 9923), finished as MurmurHash3 is, so that all 32 bits count. */
export function fingerprint(scope: number, value: string): number {
  let hash = mixed(scope, value)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

export function scopeHash({ swarm, run }: TermScope): number {
  return mixed(mixed(OFFSET_BASIS, `${swarm}\n`), run === null ? '' : `run ${run}`)
}

function mixed(start: number, text: string): number {
  let hash = start
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME)
  return hash
}
