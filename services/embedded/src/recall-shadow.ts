import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isWaggleError, silentLogger } from '@waggle/base'
import type { AdmittedSource, Projection, ViewRow } from '@waggle/consume'
import {
  createMemoryProjection,
  createReadBack,
  type MemoryKind,
  type MemoryProjection,
  type RetentionInput,
} from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex, readSnapshotRows } from '@waggle/recall'
import { createRecallSnapshots } from '@waggle-services/memory-view'
import type { Vault } from '@waggle/vault'
import { z } from 'zod'

export interface RecallShadow extends AdmittedSource {
  /** Opens what is sealed; without one, sealed texts stay sealed. */
  readonly vault: Vault | undefined
  /** Where the indexes are put; what is there already lends its vectors. */
  readonly folder: string
}

/**
 * Makes the recall indexes of a bus from its log, into a folder beside those that serve. Texts are opened: no bus may
 * run meanwhile, for what it erases would stay here. Nothing is let go with age, so whatever the bus's retention is,
 * what serves is part of it.
 *
 * @param feed Feeds the projection from the log.
 */
export async function buildRecall<T>(
  { log, vault, folder }: RecallShadow,
  feed: (projection: Projection) => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true })
  const embedder = createLexicalEmbedder()
  const recall = createRecallSnapshots({ folder, embedder, logger: silentLogger })
  const projection = createMemoryProjection({
    topics: log.topics,
    ...(vault === undefined ? {} : { vault }),
    openIndex: recall.openIndex,
    ageless: true,
  })
  const fed = await feed(projection)
  await projection.checkpoints()
  projection.settle(Infinity)
  recall.save()
  return fed
}

export interface RecallRows {
  readonly rows: readonly ViewRow[]
  /** Folders of indexes that cannot be read. */
  readonly damaged: readonly string[]
}

/** What the indexes in a folder hold. */
export function recallRows(folder: string): RecallRows {
  const rows: ViewRow[] = []
  const damaged: string[] = []
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    try {
      rows.push(...readSnapshotRows(join(folder, name)))
    } catch (error) {
      if (!isWaggleError(error, 'SNAPSHOT_INVALID')) throw error
      damaged.push(name)
    }
  }
  return { rows, damaged }
}

/**
 * A memory as the bus would make it that put away a state under this key, of which retention, kinds and index are read;
 * as a bus makes it by default if left out. Its vectors are its own.
 */
export function emptyMemory(
  { log, codec, vault }: AdmittedSource & Pick<RecallShadow, 'vault'>,
  key?: string,
): MemoryProjection {
  const keys = vault === undefined ? {} : { vault }
  const embedder = createLexicalEmbedder()
  const openIndex = () => createRecallIndex({ embedder })
  const readBack = createReadBack({ log, codec, ...keys })
  const plain = { topics: log.topics, readBack, ...keys }
  const kept = stateKey.safeParse(key)
  if (!kept.success) return createMemoryProjection({ ...plain, openIndex })
  const [retention, indexedKinds, index] = kept.data
  return createMemoryProjection({
    ...plain,
    retention: retention as RetentionInput,
    indexedKinds: indexedKinds as MemoryKind[],
    ...(index === 'index' ? { openIndex } : {}),
  })
}

/** What the memory projection names its state by. */
const stateKey = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('is no JSON')
      return z.NEVER
    }
  })
  .pipe(z.tuple([z.record(z.string(), z.unknown()), z.array(z.string()), z.string()]))
