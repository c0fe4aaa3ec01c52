import { WaggleError } from '@waggle/base'
import type { AnyDraft, Draft, EmittableKind, Emitted } from '@waggle/emit'
import { positionText, type Kind } from '@waggle/event'
import type { MemoryScope, MemoryView } from '@waggle/memory'
import { readView, type ReadOptions } from '@waggle/query'
import type { OwnBus } from './own-bus.ts'

/** Where something is remembered: the agent's own namespace if left out. */
export interface InNamespace {
  readonly namespace?: string
}

export type NamespaceRead = ReadOptions & InNamespace

/** Kinds of events that are written into a namespace. */
export type NamespaceKind = Extract<
  Kind,
  | 'concept'
  | 'relation'
  | 'fact'
  | 'procedure'
  | 'execution'
  | 'turn'
  | 'document'
  | 'grant'
  | 'removal'
>

/** What the stores of an agent need of its bus. */
export type NamespaceBus = Pick<
  OwnBus,
  'swarm' | 'run' | 'agent' | 'clock' | 'emitter' | 'memory' | 'fresh'
>

/** Reads a namespace after the agent's own writes. ACCESS_DENIED where it may not. */
export async function readIn<T>(
  own: NamespaceBus,
  { namespace = own.agent, ...options }: NamespaceRead,
  read: (view: MemoryView, scope: MemoryScope, namespace: string) => T,
): Promise<T> {
  const { value } = await readView(
    own.memory,
    (view) => {
      if (!view.mayRead(own, own.agent, namespace)) throw denied(own, 'read', namespace)
      return read(view, own, namespace)
    },
    own.fresh(options),
  )
  return value
}

/**
 * Writes into a namespace and reads back whether the log counts it. ACCESS_DENIED without the right, before
 * anything is written; VERSION_CONFLICT where another write came first; NOT_FOUND for a version that is not kept.
 */
export async function writeIn<K extends NamespaceKind & EmittableKind>(
  own: NamespaceBus,
  draft: Draft<K> & { readonly namespace: string },
): Promise<Emitted<K>> {
  const { namespace } = draft
  const { value: mayWrite } = await readView(
    own.memory,
    (view) => view.mayWrite(own, own.agent, namespace),
    own.fresh(),
  )
  if (!mayWrite) throw denied(own, 'write in', namespace)
  const [emitted] = await own.emitter.emitAll([draft as unknown as AnyDraft])
  const { position } = emitted!
  const { timeoutMs } = own.fresh()
  const { value: answer } = await readView(
    own.memory,
    (view) => view.namespaceWrite(own, namespace, position),
    { after: [position], timeoutMs },
  )
  if (answer === 'COUNTS') return emitted as unknown as Emitted<K>
  if (answer === undefined)
    throw new WaggleError('NOT_FOUND', `The write into ${namespace} has no answer any more`, {
      input: positionText(position),
    })
  throw new WaggleError(answer.code, `The ${answer.kind} counts for nothing: ${answer.reason}`, {
    input: positionText(position),
  })
}

export function denied(own: NamespaceBus, wish: string, namespace: string): WaggleError {
  return new WaggleError('ACCESS_DENIED', `${own.agent} may not ${wish} ${namespace}`, {
    field: 'namespace',
    input: namespace,
  })
}

export function notFound(what: string, namespace: string): WaggleError {
  return new WaggleError('NOT_FOUND', `There is no ${what} in ${namespace}`, { input: what })
}
