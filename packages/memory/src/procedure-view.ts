import type { Procedure } from '@waggle/event'
import type { MemoryScope } from './memory-view.ts'
import type { AsOf, PartSource } from './part-source.ts'
import { PROCEDURE_VERSIONS } from './procedure-state.ts'
import {
  statisticsOf,
  suggestionOf,
  type ProcedureStatistics,
  type Suggestion,
} from './procedure-statistics.ts'
import {
  headVersion,
  newestVersion,
  versionHistory,
  versionOf,
  type ArchivedVersion,
  type Shown,
} from './versions.ts'

/** How things are done in a namespace; `AS_OF_TOO_OLD` where only the log still has the answer. */
export interface ProcedureView {
  /** The newest version, or the one given. */
  procedure(
    scope: MemoryScope,
    namespace: string,
    name: string,
    options?: AsOf & { readonly version?: number },
  ): Shown<Procedure> | undefined
  /** By name, of one category if it is given. */
  procedures(
    scope: MemoryScope,
    namespace: string,
    options?: AsOf & { readonly category?: string },
  ): Shown<Procedure>[]
  /** Oldest first; versions before the newest five of the time by position only. */
  procedureHistory(
    scope: MemoryScope,
    namespace: string,
    name: string,
    options?: AsOf,
  ): (ArchivedVersion & { readonly event?: Procedure })[]
  /** The version that the next write has to expect: 0 where there is none. */
  procedureHead(scope: MemoryScope, namespace: string, name: string): number
  /** By version, oldest first; versions without runs are left out. */
  procedureStatistics(
    scope: MemoryScope,
    namespace: string,
    name: string,
    options?: AsOf,
  ): ProcedureStatistics[]
  /** A kept version that does better than the newest one; undefined while the intervals overlap. */
  suggestedVersion(
    scope: MemoryScope,
    namespace: string,
    name: string,
    options?: AsOf,
  ): Suggestion | undefined
}

export function createProcedureView(source: PartSource): ProcedureView {
  const find = (scope: MemoryScope, namespace: string, name: string) =>
    source.parts(scope, namespace)?.procedures.get(name)
  const procedure: ProcedureView['procedure'] = (scope, namespace, name, options = {}) => {
    const versions = find(scope, namespace, name)?.versions
    if (versions === undefined) return undefined
    const lens = source.lens(scope, options.asOf)
    return options.version === undefined
      ? newestVersion(versions, lens)
      : versionOf(versions, options.version, lens)
  }
  const procedureStatistics: ProcedureView['procedureStatistics'] = (
    scope,
    namespace,
    name,
    { asOf } = {},
  ) => {
    const entry = find(scope, namespace, name)
    const swarm = source.swarm(scope)
    if (entry === undefined || swarm === undefined) return []
    return statisticsOf(entry, swarm.links, source.lens(scope, asOf))
  }

  return {
    procedure,
    procedures: (scope, namespace, { asOf, category } = {}) => {
      const names = [...(source.parts(scope, namespace)?.procedures.keys() ?? [])].sort()
      const options = asOf === undefined ? {} : { asOf }
      return names
        .flatMap((name) => procedure(scope, namespace, name, options) ?? [])
        .filter(({ event }) => category === undefined || event.category === category)
    },
    procedureHistory: (scope, namespace, name, { asOf } = {}) => {
      const versions = find(scope, namespace, name)?.versions
      return versions === undefined
        ? []
        : versionHistory(versions, source.lens(scope, asOf), PROCEDURE_VERSIONS)
    },
    procedureHead: (scope, namespace, name) => {
      const versions = find(scope, namespace, name)?.versions
      return versions === undefined ? 0 : headVersion(versions, source.lens(scope).at)
    },
    procedureStatistics,
    suggestedVersion: (scope, namespace, name, options = {}) => {
      const entry = find(scope, namespace, name)
      const shown = procedure(scope, namespace, name, options)
      if (entry === undefined || shown === undefined) return undefined
      const lens = source.lens(scope, options.asOf)
      const kept = versionHistory(entry.versions, lens, PROCEDURE_VERSIONS).filter(
        ({ event }) => event !== undefined,
      )
      return suggestionOf(
        procedureStatistics(scope, namespace, name, options),
        shown.version,
        kept.map(({ version }) => version),
      )
    },
  }
}
