import type {
  AgentContextJson,
  Freshness,
  KnownEventJson,
  MemoryJson,
  RememberConflict,
} from '@waggle/api'

/**
 * `loading` until the first answer, then `live`, or `past` with `asOf`. `reconnecting` while the gateway is away: what
 * is shown is the last that was known. `failed` where trying again would not help; `error` says why.
 */
export type MemoryStatus = 'loading' | 'live' | 'past' | 'reconnecting' | 'failed'

/** What is shown of a memory; `pending` until the gateway has it. */
export interface ShownMemory {
  readonly id: string
  readonly text: string
  readonly version: number
  readonly pending: boolean
  /** Null while it is pending. */
  readonly memory: MemoryJson | null
}

/** What an agent has before it. */
export interface AgentMemoryData {
  readonly status: MemoryStatus
  readonly state: AgentContextJson['state']
  readonly signals: readonly KnownEventJson[]
  readonly decisions: readonly KnownEventJson[]
  /** Notes and documents of the agent, newest first; what is being remembered stands before them. */
  readonly memories: readonly ShownMemory[]
  readonly asOf: string | undefined
  /** Of the past: nothing appended from now on can change it. */
  readonly sealed: boolean
  readonly freshness: Freshness | undefined
  readonly error: Error | undefined
}

export interface RememberDraft {
  readonly content: string
  /** With a key a document in versions, without one a memory of its own. */
  readonly key?: string
  readonly type?: string
  /** 0 to 1. */
  readonly importance?: number
  /** Ids of events. */
  readonly evidence?: readonly string[]
  /** The version it was made for; 0: it must not be there yet. */
  readonly expectedVersion?: number
}

/** `ok: false`: another writer was first, and nothing was written; both values are there. */
export type RememberResult =
  | {
      readonly ok: true
      readonly id: string
      readonly version: number
      readonly position: string
    }
  | { readonly ok: false; readonly conflict: RememberConflict }
