import type { Draft, Emitted } from '@waggle/emit'
import type { Procedure } from '@waggle/event'
import {
  runProcedure,
  type ArchivedVersion,
  type AsOf,
  type ProcedureRun,
  type ProcedureStatistics,
  type Shown,
  type Suggestion,
  type Tool,
} from '@waggle/memory'
import {
  notFound,
  readIn,
  writeIn,
  type InNamespace,
  type NamespaceBus,
  type NamespaceRead,
} from './own-namespace.ts'

export type ProcedureDraft = Omit<
  Draft<'procedure'>,
  'kind' | 'namespace' | 'name' | 'op' | 'to_version' | 'expected_version'
> &
  InNamespace & {
    readonly name: string
    /** Version it was made for: 0 for a new one. Whatever there is, if left out. */
    readonly expectedVersion?: number
  }

export interface RunRequest extends InNamespace {
  readonly tools: Readonly<Record<string, Tool>>
  /** The newest if left out. */
  readonly version?: number
}

/** A run with the event that tells of it: give its id as the cause of decisions that came of it. */
export interface EmittedRun extends ProcedureRun {
  readonly execution: Emitted<'execution'>
}

/** How an agent does things. */
export interface Procedures {
  /** Defines a procedure, or its next version. VERSION_CONFLICT where another write came first. */
  define(draft: ProcedureDraft): Promise<Shown<Procedure>>
  get(
    name: string,
    options?: NamespaceRead & AsOf & { version?: number },
  ): Promise<Shown<Procedure> | undefined>
  list(options?: NamespaceRead & AsOf & { category?: string }): Promise<Shown<Procedure>[]>
  history(
    name: string,
    options?: NamespaceRead & AsOf,
  ): Promise<(ArchivedVersion & { readonly event?: Procedure })[]>
  /** Makes one of the newest five versions the newest again. NOT_FOUND for any other. */
  rollBack(
    name: string,
    toVersion: number,
    options?: InNamespace & { expectedVersion?: number },
  ): Promise<Shown<Procedure>>
  /** NOT_FOUND where there is none. */
  remove(name: string, options?: InNamespace & { reason?: string }): Promise<Emitted<'removal'>>
  /** Removes every procedure of a category; how many there were. */
  removeCategory(category: string, options?: InNamespace & { reason?: string }): Promise<number>
  /**
   * Runs it with the tools given and notes how it went. NOT_FOUND without it or a tool it needs, PARAMETER_INVALID
   * for arguments that do not fit: then nothing was done. What a tool throws is in the answer.
   */
  run(
    name: string,
    args: Readonly<Record<string, unknown>>,
    request: RunRequest,
  ): Promise<EmittedRun>
  statistics(name: string, options?: NamespaceRead & AsOf): Promise<ProcedureStatistics[]>
  /** A kept version that does better than the newest one, once their intervals are apart. */
  suggestion(name: string, options?: NamespaceRead & AsOf): Promise<Suggestion | undefined>
}

/** Procedures of a namespace: defined, run and counted. */
export function createProcedures(own: NamespaceBus): Procedures {
  const get: Procedures['get'] = (name, options = {}) =>
    readIn(own, options, (view, scope, namespace) =>
      view.procedure(scope, namespace, name, options),
    )
  const list: Procedures['list'] = (options = {}) =>
    readIn(own, options, (view, scope, namespace) => view.procedures(scope, namespace, options))
  return {
    get,
    list,
    history: (name, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.procedureHistory(scope, namespace, name, options),
      ),
    statistics: (name, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.procedureStatistics(scope, namespace, name, options),
      ),
    suggestion: (name, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.suggestedVersion(scope, namespace, name, options),
      ),
    ...createVersions(own, get),
    ...createRemovals(own, { get, list }),
    run: async (name, args, { namespace = own.agent, tools, version }) => {
      const found = await get(name, { namespace, ...(version === undefined ? {} : { version }) })
      if (found === undefined) throw notFound(`procedure:${name}`, namespace)
      const run = await runProcedure(found, args, { tools, clock: own.clock })
      return { ...run, execution: await writeIn<'execution'>(own, run.draft) }
    },
  }
}

function createVersions(
  own: NamespaceBus,
  get: Procedures['get'],
): Pick<Procedures, 'define' | 'rollBack'> {
  const write = async (
    draft: Draft<'procedure'> & { readonly namespace: string; readonly name: string },
  ): Promise<Shown<Procedure>> => {
    const { namespace, name } = draft
    const { position } = await writeIn<'procedure'>(own, draft)
    const written = await readIn(own, { namespace, after: [position] }, (view, scope) =>
      view
        .procedureHistory(scope, namespace, name)
        .find((one) => one.position.offset === position.offset),
    )
    if (written?.event === undefined) throw notFound(`procedure:${name}`, namespace)
    return { ...written, event: written.event }
  }
  return {
    define: ({ namespace = own.agent, expectedVersion = null, ...draft }) =>
      write({ ...draft, kind: 'procedure', namespace, expected_version: expectedVersion }),
    rollBack: async (name, toVersion, { namespace = own.agent, expectedVersion = null } = {}) => {
      const present = await get(name, { namespace })
      if (present === undefined) throw notFound(`procedure:${name}`, namespace)
      return write({
        kind: 'procedure',
        namespace,
        name,
        category: present.event.category,
        op: 'ROLLED_BACK',
        to_version: toVersion,
        expected_version: expectedVersion,
      })
    },
  }
}

function createRemovals(
  own: NamespaceBus,
  { get, list }: Pick<Procedures, 'get' | 'list'>,
): Pick<Procedures, 'remove' | 'removeCategory'> {
  const remove: Procedures['remove'] = async (
    name,
    { namespace = own.agent, reason = '' } = {},
  ) => {
    if ((await get(name, { namespace })) === undefined)
      throw notFound(`procedure:${name}`, namespace)
    return writeIn<'removal'>(own, {
      kind: 'removal',
      namespace,
      memory: `procedure:${name}`,
      reason,
    })
  }
  return {
    remove,
    removeCategory: async (category, options = {}) => {
      const { namespace = own.agent } = options
      const all = await list({ namespace, category })
      for (const { event } of all) await remove(event.name, options)
      return all.length
    },
  }
}
