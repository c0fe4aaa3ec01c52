import {
  composeServices,
  createPeriodic,
  type Clock,
  type Logger,
  type Service,
} from '@waggle/base'
import type { Codec } from '@waggle/codec'
import {
  createRunner,
  savedAtStop,
  withSnapshots,
  type ProjectionRunner,
  type Snapshots,
} from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createMemoryProjection,
  createReadBack,
  type MemoryView,
  type RetentionInput,
} from '@waggle/memory'
import { createLexicalEmbedder, type Embedder } from '@waggle/recall'
import type { Vault } from '@waggle/vault'
import type { Forgetter } from './project-erasures.ts'
import { createRecallSnapshots, type RecallSnapshots } from './recall-snapshots.ts'
import { snapshotForgetters } from './snapshot-forgetters.ts'
import { createViewTicker } from './view-ticker.ts'

export interface MemoryViewService extends Service {
  readonly runner: ProjectionRunner
  readonly view: MemoryView
  /** What an eraser must have forget a subject beside the view itself. */
  readonly forgetters: readonly Forgetter[]
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
  /** Where snapshots of the recall indexes are kept, so that a start embeds only what is new; nowhere if left out. */
  readonly snapshotFolder?: string | undefined
  /** Where the whole view is put away, so that it need not be folded from the start; not if left out. */
  readonly snapshots?: Snapshots | undefined
  /** How often to look after idle partitions, in milliseconds; never if left out or 0. */
  readonly tickMs?: number
}

/** Keeps the memory of every swarm in this process. */
export function createMemoryViewService(options: MemoryViewOptions): MemoryViewService {
  const { log, clock, logger, vault, retention, tickMs = 0 } = options
  const { embedder = createLexicalEmbedder(), snapshotFolder: folder } = options
  const recall =
    embedder === 'off' ? undefined : createRecallSnapshots({ folder, embedder, logger })
  const memory = createMemoryProjection({
    topics: log.topics,
    readBack: createReadBack(options),
    ...(vault === undefined ? {} : { vault }),
    ...(retention === undefined ? {} : { retention }),
    ...(recall === undefined ? {} : { openIndex: recall.openIndex }),
  })
  const projection = withSnapshots(memory, options)
  const runner = createRunner({ ...options, projection })
  const settler = createPeriodic({
    name: 'memory-settler',
    clock,
    intervalMs: SETTLE_REST_MS,
    task: async () => projection.settle(SETTLE_STEP),
  })
  const ticker =
    tickMs === 0 ? [] : [createViewTicker(options, projection, 'memory-ticker', tickMs)]
  const kept = recall === undefined ? [] : [settler, keeperOf(recall, runner, clock)]
  return {
    ...composeServices('memory', [
      savedAtStop('memory', () => projection),
      runner,
      ...kept,
      ...ticker,
    ]),
    runner,
    view: projection.view,
    forgetters: [
      ...(recall === undefined ? [] : [recall.forgetter]),
      ...snapshotForgetters(options.snapshots),
    ],
  }
}

/** Memories move from the list that is searched one by one into the graph, a few at a time: some 10 ms a step. */
const SETTLE_STEP = 100
const SETTLE_REST_MS = 50
const SAVE_REST_MS = 600_000
const CATCH_UP_MS = 3_600_000

/**
 * Saves from time to time and at the end, though not before the log has been read: what is not read yet would be
 * missing. Stopping in the middle of reading keeps the snapshot there was.
 */
function keeperOf(snapshots: RecallSnapshots, runner: ProjectionRunner, clock: Clock): Service {
  let isRead = false
  const save = async (): Promise<void> => {
    if (isRead) snapshots.save()
  }
  const periodic = createPeriodic({
    name: 'recall-snapshots',
    clock,
    intervalMs: SAVE_REST_MS,
    task: save,
  })
  return {
    name: 'recall-snapshots',
    start: async () => {
      await periodic.start()
      void runner.caughtUp(CATCH_UP_MS).then(
        () => {
          isRead = true
          snapshots.forgetUnclaimed()
        },
        () => {},
      )
    },
    stop: async () => {
      await periodic.stop()
      await save()
    },
  }
}
