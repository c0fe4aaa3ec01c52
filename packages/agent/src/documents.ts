import { isWaggleError, WaggleError } from '@waggle/base'
import type { Draft, Emitted } from '@waggle/emit'
import type { Document } from '@waggle/event'
import {
  checkDocument,
  compareDocuments,
  type ArchivedVersion,
  type AsOf,
  type DocumentComparison,
  type DocumentFilter,
  type Json,
  type Shown,
} from '@waggle/memory'
import {
  notFound,
  readIn,
  writeIn,
  type InNamespace,
  type NamespaceBus,
  type NamespaceRead,
} from './own-namespace.ts'

/** A version of a document with its content read. */
export interface StoredDocument extends Shown<Document> {
  readonly value: Json
}

export type PutOptions = Omit<
  Draft<'document'>,
  'kind' | 'namespace' | 'type' | 'key' | 'value' | 'expected_version'
> &
  InNamespace & {
    /** Version it was made for: 0 for a new one. Whatever there is, if left out. */
    readonly expectedVersion?: number
  }

/** Typed documents in versions: models, metrics, backtests, tool results, broker state, blocks, settings. */
export interface Documents {
  /**
   * Writes the next version. INPUT_INVALID names the path where the content is none of its type;
   * VERSION_CONFLICT where another write came first.
   */
  put(type: string, key: string, value: unknown, options?: PutOptions): Promise<StoredDocument>
  get(
    type: string,
    key: string,
    options?: NamespaceRead & AsOf & { version?: number },
  ): Promise<StoredDocument | undefined>
  list(options?: NamespaceRead & DocumentFilter): Promise<StoredDocument[]>
  /** Oldest first; older versions by position only. */
  history(
    type: string,
    key: string,
    options?: NamespaceRead & AsOf,
  ): Promise<(ArchivedVersion & { readonly event?: Document })[]>
  /** The version that the next write has to expect. */
  head(type: string, key: string, options?: NamespaceRead): Promise<number>
  /** NOT_FOUND where there is none. */
  remove(
    type: string,
    key: string,
    options?: InNamespace & { expectedVersion?: number },
  ): Promise<Emitted<'document'>>
  /**
   * Reads, changes and writes until no other write came between, at most `attempts` times (100 if left out);
   * then VERSION_CONFLICT.
   */
  update(
    type: string,
    key: string,
    change: (present: Json | undefined) => unknown,
    options?: Omit<PutOptions, 'expectedVersion'> & { attempts?: number },
  ): Promise<StoredDocument>
  /** What differs from one version to another. NOT_FOUND for a version that is not there. */
  compare(
    type: string,
    key: string,
    versions: readonly [number, number],
    options?: NamespaceRead,
  ): Promise<DocumentComparison>
}

const ATTEMPTS = 100

/** Versioned documents of a namespace. */
export function createDocuments(own: NamespaceBus): Documents {
  const put: Documents['put'] = async (type, key, value, options = {}) => {
    const { namespace = own.agent, expectedVersion = null, ...draft } = options
    checkType(type)
    checkDocument(type, value)
    const { event, position } = await writeIn<'document'>(own, {
      ...draft,
      kind: 'document',
      namespace,
      type,
      key,
      value: jsonOf(value),
      expected_version: expectedVersion,
    })
    const written = await readIn(own, { namespace, after: [position] }, (view, scope) =>
      view
        .documentHistory(scope, namespace, type, key)
        .find((one) => one.position.offset === position.offset),
    )
    if (written === undefined) throw notFound(`document:${type}/${key}`, namespace)
    return stored({ ...written, event })
  }
  const get: Documents['get'] = (type, key, options = {}) =>
    readIn(own, options, (view, scope, namespace) => {
      const found = view.document(scope, namespace, type, key, options)
      return found === undefined ? undefined : stored(found)
    })
  const head: Documents['head'] = (type, key, options = {}) =>
    readIn(own, options, (view, scope, namespace) => view.documentHead(scope, namespace, type, key))

  return {
    put,
    get,
    head,
    list: (options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.documents(scope, namespace, options).map(stored),
      ),
    history: (type, key, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.documentHistory(scope, namespace, type, key, options),
      ),
    remove: (type, key, { namespace = own.agent, expectedVersion = null } = {}) =>
      writeIn<'document'>(own, {
        kind: 'document',
        namespace,
        type,
        key,
        value: null,
        expected_version: expectedVersion,
      }),
    update: (type, key, change, options = {}) =>
      update(own, { put, get, head }, type, key, change, options),
    compare: async (type, key, [before, after], options = {}) => {
      const [left, right] = await Promise.all(
        [before, after].map(async (version) => {
          const found = await get(type, key, { ...options, version })
          if (found !== undefined) return found
          const name = `version ${version} of document:${type}/${key}`
          throw notFound(name, options.namespace ?? own.agent)
        }),
      )
      return compareDocuments(left!.event, right!.event)
    },
  }
}

type Store = Pick<Documents, 'put' | 'get' | 'head'>

async function update(
  own: NamespaceBus,
  { put, get, head }: Store,
  type: string,
  key: string,
  change: (present: Json | undefined) => unknown,
  { attempts = ATTEMPTS, ...options }: Omit<PutOptions, 'expectedVersion'> & { attempts?: number },
): Promise<StoredDocument> {
  const { namespace = own.agent } = options
  for (let attempt = 1; ; attempt++) {
    // The version first: what comes between the two reads is then a conflict, and read again.
    const expectedVersion = await head(type, key, { namespace })
    const present = await get(type, key, { namespace })
    try {
      return await put(type, key, change(present?.value), { ...options, expectedVersion })
    } catch (error) {
      if (!isWaggleError(error, 'VERSION_CONFLICT') || attempt >= attempts) throw error
    }
  }
}

function stored(shown: Shown<Document>): StoredDocument {
  return { ...shown, value: JSON.parse(shown.event.value ?? 'null') as Json }
}

function checkType(type: string): void {
  if (!type.includes('/')) return
  throw new WaggleError('INPUT_INVALID', `Type ${type} of a document has a /`, { field: 'type' })
}

/** INPUT_INVALID for what JSON does not know, such as undefined: it would not come back. */
function jsonOf(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text !== undefined) return text
  throw new WaggleError('INPUT_INVALID', 'The content is no JSON', { field: 'value' })
}
