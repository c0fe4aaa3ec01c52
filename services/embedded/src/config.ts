import { join } from 'node:path'
import { WaggleError } from '@waggle/base'
import type { RetentionInput } from '@waggle/memory'
import { z } from 'zod'

const schema = z.strictObject({
  /** Folder that holds the log and the analytical store. */
  dataDir: z.string().min(1),
  /** `memory` forgets everything at the end: for tests and simulations. */
  log: z.enum(['lmdb', 'memory']).default('lmdb'),
  /** `off` runs without ClickHouse. */
  analytics: z.enum(['chdb', 'off']).default('chdb'),
  /** Folder of the archive: what the log has let go of is read there. To be set before anything is trimmed. */
  archive: z.string().min(1).max(4096).optional(),
  /** Finds events by agent, trajectory, proposal and cause, and lets replay skip admission; kept beside the log. */
  trajectoryIndex: z.enum(['on', 'off']).default('off'),
  /** Views begin from what was put away beside the log; `off` folds them from its start. A log in memory has none. */
  snapshots: z.enum(['on', 'off']).default('on'),
  /** Learns the weights of agents from verdicts, by this rule; `off` leaves them to what agents say. */
  weights: z.enum(['skill/v1', 'off']).default('off'),
  /**
   * How often the coordinator looks for leases, deadlines and the like that are over in idle partitions, in
   * milliseconds; 0 leaves time to the records that come.
   */
  tickMs: z.number().int().min(0).max(60_000).default(1000),
  /** What agents remember; see `parseRetention` of @waggle/memory for the keys of `retention`. */
  memory: z
    .strictObject({
      /** How texts are compared for recall; `off` leaves only recall by id, time and words. */
      recall: z.enum(['lexical', 'off']).default('lexical'),
      retention: z.custom<RetentionInput>((given) => typeof given === 'object').optional(),
    })
    .prefault({}),
  /** Distils lessons from outcomes and says them in the log. */
  bank: z.enum(['on', 'off']).default('off'),
  /** How long the analytical store rests between rounds, in milliseconds: longer makes larger batches. */
  analyticsRestMs: z.number().int().min(0).max(60_000).default(1000),
  /**
   * ClickHouse's HTTP interface on the analytical store, on the loopback address, for analysts and their
   * tools; none if left out. Port 0 takes any free one.
   */
  analyticsHttp: z
    .strictObject({
      port: z.number().int().min(0).max(65_535).default(0),
      users: z
        .array(
          z.strictObject({
            name: z.string().min(1),
            password: z.string().min(1),
            /** The only swarm whose rows this analyst sees; all if left out. */
            swarm: z.string().min(1).optional(),
          }),
        )
        .min(1),
    })
    .optional(),
})

/** Everything the embedded bus can be told, complete. */
export type EmbeddedConfig = z.output<typeof schema>
export type EmbeddedConfigInput = z.input<typeof schema>

/** Raw input -> complete config; one CONFIG_INVALID that lists every bad and unknown key. */
export function parseConfig(input: unknown): EmbeddedConfig {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new WaggleError('CONFIG_INVALID', problems.join('; '), { input: problems })
}

export function snapshotPath(config: Pick<EmbeddedConfig, 'dataDir'>): string {
  return join(config.dataDir, 'snapshots')
}

export function logPath(config: EmbeddedConfig): string {
  return join(config.dataDir, 'log')
}

export function trajectoryIndexPath({ dataDir }: Pick<EmbeddedConfig, 'dataDir'>): string {
  return join(dataDir, 'trajectory-index')
}

/** Apart from the log and the store, so that a backup of the data can leave the keys out. */
export function vaultPath(config: Pick<EmbeddedConfig, 'dataDir'>): string {
  return join(config.dataDir, 'keys')
}

/** Snapshots of the recall indexes: caches, made of opened texts, never to be backed up. */
export function recallPath(config: Pick<EmbeddedConfig, 'dataDir'>): string {
  return join(config.dataDir, 'recall')
}

export function analyticsPath(config: Pick<EmbeddedConfig, 'dataDir'>): string {
  return join(config.dataDir, 'clickhouse')
}
