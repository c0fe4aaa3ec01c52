import type { Micros } from '@waggle/base'
import type { Emitted } from '@waggle/emit'
import type { Access } from '@waggle/event'
import type { GrantEntry, RefusedWrite } from '@waggle/memory'
import { readView, type ReadOptions } from '@waggle/query'
import { readIn, writeIn, type NamespaceBus, type NamespaceRead } from './own-namespace.ts'

/** Who may read and write what an agent remembers. */
export interface Grants {
  /**
   * Lets an agent, or everyone by `*`, into a namespace of one's own; NONE keeps it out again. ACCESS_DENIED for
   * whoever does not own the namespace.
   */
  grant(grantee: string, access: Access, namespace?: string): Promise<Emitted<'grant'>>
  revoke(grantee: string, namespace?: string): Promise<Emitted<'grant'>>
  /** Namespaces that the agent may read now, or could at a time. */
  readable(options?: ReadOptions & { readonly asOf?: Micros }): Promise<string[]>
  /** Every grant that counted, oldest first. */
  history(options?: NamespaceRead): Promise<GrantEntry[]>
  /** The newest writes into a namespace that count for nothing, with why. */
  refused(options?: NamespaceRead): Promise<RefusedWrite[]>
}

/** Who else may read or write an agent's namespace. */
export function createGrants(own: NamespaceBus): Grants {
  const grant: Grants['grant'] = (grantee, access, namespace = own.agent) =>
    writeIn<'grant'>(own, { kind: 'grant', namespace, grantee, access })
  return {
    grant,
    revoke: (grantee, namespace) => grant(grantee, 'NONE', namespace),
    readable: async ({ asOf, ...options } = {}) => {
      const { value } = await readView(
        own.memory,
        (view) => view.readableNamespaces(own, own.agent, asOf),
        own.fresh(options),
      )
      return value
    },
    history: (options = {}) =>
      readIn(own, options, (view, scope, namespace) => view.grantHistory(scope, namespace)),
    refused: (options = {}) =>
      readIn(own, options, (view, scope, namespace) => view.refusedWrites(scope, namespace)),
  }
}
