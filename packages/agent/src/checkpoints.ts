import { isDeepStrictEqual } from 'node:util'
import { WaggleError } from '@waggle/base'
import type { Emitted } from '@waggle/emit'
import type { Position, StateType } from '@waggle/event'
import { readView, type ReadOptions } from '@waggle/query'
import type { OwnBus } from './own-bus.ts'

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface CheckpointOptions {
  /** CHECKPOINT if left out; CURRENT is what it is now, BACKUP what is kept beside. */
  readonly type?: StateType
  /** Version of the form of the state; 1 if left out. */
  readonly schemaVersion?: number
  /** Whom it is about: it is erased with them. */
  readonly subject?: string
}

export interface RestoreOptions extends ReadOptions {
  readonly type?: StateType
  /** Newest form that this program knows; 1 if left out. */
  readonly schemaVersion?: number
  /** Makes the present form of an older one. */
  readonly migrate?: (state: Json, from: number) => Json
}

export interface Restored {
  readonly state: Json
  /** Counts the states of the agent of this type, from 1. */
  readonly version: number
  /** Form it was stored in. */
  readonly schemaVersion: number
  readonly position: Position
}

/** An agent's private state in the log: the newest of each type comes back after a crash. */
export interface Checkpoints {
  /** INPUT_INVALID for what would not come back the same, such as dates, NaN or undefined. */
  checkpoint(state: unknown, options?: CheckpointOptions): Promise<Emitted<'agent_state'>>
  /** Undefined where there is none, or what it was about was erased. STATE_NEWER where its form is newer than the program knows. */
  restore(options?: RestoreOptions): Promise<Restored | undefined>
}

/** Saves and restores an agent's own state as events. */
export function createCheckpoints(own: OwnBus): Checkpoints {
  const newest = async (type: StateType, options?: ReadOptions) => {
    const { value } = await readView(
      own.hot,
      (view) => view.agentState(own, own.agent, type),
      own.fresh(options),
    )
    return value
  }
  return {
    checkpoint: async (state, { type = 'CHECKPOINT', schemaVersion = 1, subject } = {}) => {
      const text = jsonText(state)
      const version = ((await newest(type))?.event.version ?? 0) + 1
      return own.emitter.emit({
        kind: 'agent_state',
        type,
        version,
        state: text,
        schema_version: schemaVersion,
        ...(subject === undefined ? {} : { subject }),
      })
    },
    restore: async ({ type = 'CHECKPOINT', schemaVersion = 1, migrate, ...read } = {}) => {
      const found = await newest(type, read)
      if (found === undefined) return undefined
      const event = own.vault === undefined ? found.event : await own.vault.open(found.event)
      if (event === undefined) return undefined
      const { version, schema_version: stored, state: text } = event
      if (stored > schemaVersion) {
        throw new WaggleError(
          'STATE_NEWER',
          `The ${type} of ${own.agent} has form ${stored}; this program knows ${schemaVersion}`,
          { field: 'schema_version', input: stored },
        )
      }
      const state = JSON.parse(text) as Json
      return {
        state: stored < schemaVersion && migrate !== undefined ? migrate(state, stored) : state,
        version,
        schemaVersion: stored,
        position: found.position,
      }
    },
  }
}

/** JSON of a state that is the same when it is read again; anything else is refused before it is lost. */
function jsonText(state: unknown): string {
  const text = JSON.stringify(state) as string | undefined
  if (text !== undefined && isDeepStrictEqual(JSON.parse(text), state)) return text
  throw new WaggleError('INPUT_INVALID', 'The state is not JSON: it would not come back the same', {
    field: 'state',
  })
}
