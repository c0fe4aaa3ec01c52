import {
  composeServices,
  createPeriodic,
  type Clock,
  type Logger,
  type Service,
} from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createRunner, type ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createMemoryProjection,
  createReadBack,
  type MemoryView,
  type RetentionInput,
} from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex, type Embedder } from '@waggle/recall'
import type { Vault } from '@waggle/vault'
import { createViewTicker } from './view-ticker.ts'

export interface MemoryViewService extends Service {
  readonly runner: ProjectionRunner
  readonly view: MemoryView
}

export interface MemoryViewOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  /** Opens what is sealed; without one, sealed texts stay sealed. */
  readonly vault?: Vault
  readonly retention?: RetentionInput
  /** What texts are compared by: the lexical embedder if left out, `off` for memory without recall by text. */
  readonly embedder?: Embedder | 'off'
  /** How often to look after idle partitions, in milliseconds; never if left out or 0. */
  readonly tickMs?: number
}

/** Keeps the memory of every swarm in this process. */
export function createMemoryViewService(options: MemoryViewOptions): MemoryViewService {
  const { log, clock, vault, retention, embedder = createLexicalEmbedder(), tickMs = 0 } = options
  const projection = createMemoryProjection({
    topics: log.topics,
    readBack: createReadBack(options),
    ...(vault === undefined ? {} : { vault }),
    ...(retention === undefined ? {} : { retention }),
    ...(embedder === 'off' ? {} : { openIndex: () => createRecallIndex({ embedder }) }),
  })
  const runner = createRunner({ ...options, projection })
  const settler = createPeriodic({
    name: 'memory-settler',
    clock,
    intervalMs: SETTLE_REST_MS,
    task: async () => projection.settle(SETTLE_STEP),
  })
  const ticker =
    tickMs === 0 ? [] : [createViewTicker(options, projection, 'memory-ticker', tickMs)]
  const parts = [runner, ...(embedder === 'off' ? [] : [settler]), ...ticker]
  return { ...composeServices('memory', parts), runner, view: projection.view }
}

/** Memories move from the list that is searched one by one into the graph, a few at a time: some 10 ms a step. */
const SETTLE_STEP = 100
const SETTLE_REST_MS = 50
