import { isWaggleError, messageOf } from '@waggle/base'
import { guard, type AcquireOptions, type Lock, type Locks } from '@waggle/coordinate'
import type { Draft, Emitted } from '@waggle/emit'
import type { Json } from '@waggle/memory'
import { idOf, type EventRef } from './event-ref.ts'
import type { Documents } from './documents.ts'
import type { OwnBus } from './own-bus.ts'

export interface Action<T extends Json> {
  /** Tells apart the actions of one decision; `act` if left out. */
  readonly name?: string
  /** The effect in the world. It runs under the lock, where there is one: check it before what cannot be undone. */
  run(held: { readonly lock: Lock | undefined }): T | Promise<T>
  /** Resource that is locked meanwhile; its fencing token is stamped on the fills. */
  readonly lock?: AcquireOptions & { readonly resource: string }
  /** Orders that were carried out, to be emitted. */
  readonly fills?: (result: T) => readonly Omit<Draft<'fill'>, 'kind' | 'decision'>[]
}

/**
 * DONE: it has run, now or earlier (`again`). IN_DOUBT: it was begun before, by this agent in an earlier life or by
 * another process, and nobody has told how it ended; whether to run it again is for the caller to say.
 */
export type Acted<T extends Json> =
  | {
      readonly status: 'DONE'
      readonly result: T
      readonly again: boolean
      readonly fills: readonly Emitted[]
    }
  | { readonly status: 'IN_DOUBT' }

/** Type of the documents that tell what was begun and how it ended. */
const ACTION = 'action'

export interface Actions {
  /**
   * Carries a decision out at most once: the log decides who begins, by a write that expects to be the first.
   * What `run` throws is noted and thrown on; the action may then be tried again.
   */
  act<T extends Json>(decision: EventRef, action: Action<T>): Promise<Acted<T>>
}

/** Carries out an agent's decisions, noting begin and end as documents. */
export function createActions(own: OwnBus, documents: Documents, locks: Locks): Actions {
  const note = (key: string, state: object, expectedVersion: number, decision: string) =>
    documents.put(ACTION, key, state, { expectedVersion, evidence: [decision] })

  const effect = async <T extends Json>(
    decision: string,
    { run, lock: wanted, fills = () => [] }: Action<T>,
    failed: (error: unknown) => Promise<unknown>,
  ): Promise<{ result: T; emitted: readonly Emitted[] }> => {
    const under = async (lock: Lock | undefined) => {
      let result: T
      try {
        result = await run({ lock })
      } catch (error) {
        await failed(error)
        throw error
      }
      const drafts = fills(result).map((fill) => ({ ...fill, kind: 'fill' as const, decision }))
      if (drafts.length === 0) return { result, emitted: [] }
      const emitted =
        lock === undefined
          ? await own.emitter.emitAll(drafts)
          : await guard(own.emitter, lock).emitAll(drafts as never)
      return { result, emitted }
    }
    if (wanted === undefined) return under(undefined)
    const { resource, ...options } = wanted
    return locks.withLock(resource, under, options)
  }

  return {
    act: async <T extends Json>(of: EventRef, action: Action<T>): Promise<Acted<T>> => {
      const decision = idOf(of)
      const key = `${decision}/${action.name ?? 'act'}`
      const begun = await documents.get(ACTION, key)
      const before = begun?.value as { status: string; result: T } | undefined
      if (before?.status === 'DONE')
        return { status: 'DONE', result: before.result, again: true, fills: [] }
      if (before?.status === 'STARTED') return { status: 'IN_DOUBT' }
      let version: number
      try {
        const started = await note(key, { status: 'STARTED' }, begun?.version ?? 0, decision)
        version = started.version
      } catch (error) {
        if (isWaggleError(error, 'VERSION_CONFLICT')) return { status: 'IN_DOUBT' }
        throw error
      }
      const { result, emitted } = await effect(decision, action, (error) =>
        note(key, { status: 'FAILED', error: messageOf(error) }, version, decision),
      )
      await note(key, { status: 'DONE', result }, version, decision)
      return { status: 'DONE', result, again: false, fills: emitted }
    },
  }
}
