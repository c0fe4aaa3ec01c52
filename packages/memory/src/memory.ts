import type { Micros } from '@waggle/base'
import type { Position, WaggleEvent } from '@waggle/event'

/** Kinds of events that are memories by themselves. */
export type MemoryKind =
  | 'experience'
  | 'concept'
  | 'relation'
  | 'fact'
  | 'procedure'
  | 'turn'
  | 'document'
  | 'observation'
  | 'decision'
  | 'outcome'
  | 'signal'
  | 'pattern'

/**
 * One memory with where it comes from. Ids: the event's id for what happened (experiences, facts, turns,
 * observations, decisions ...), a name for what is kept in versions: `concept:<name>`,
 * `relation:<source>|<type>|<target>`, `procedure:<name>`, `document:<type>/<key>`, `conversation:<name>`. A name is
 * unique within its namespace.
 */
export interface Memory {
  readonly id: string
  readonly kind: MemoryKind
  readonly namespace: string
  readonly event: WaggleEvent
  /** Provenance: who said it, where it stands, when it counted as known. Evidence and model are in the event. */
  readonly source: string
  readonly position: Position
  readonly knownFrom: Micros
  /** 1 for the first version; memories without versions have 1. */
  readonly version: number
}

/** Where a memory is kept: how near, and how dear. */
export type Tier = 'hot' | 'warm' | 'cold' | 'archive'
