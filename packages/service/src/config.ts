import { WaggleError } from '@waggle/base'
import { z } from 'zod'

const list = z
  .string()
  .transform((text) => text.split(',').map((item) => item.trim()))
  .refine((items) => items.every((item) => item !== ''), 'is a list with an empty item')
const port = z.coerce.number().int().min(0).max(65_535)
const millis = z.coerce.number().int().min(1).max(3_600_000)
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const name = z.string().min(1).max(200)
const pem = z.string().min(1).max(65_536)

/** Every variable a service reads, with its default. Secrets can come from files: NAME_FILE=path. */
const schema = z.strictObject({
  WAGGLE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Where /health, /ready and /metrics answer; port 0 takes a free one. */
  WAGGLE_HTTP_HOST: name.default('127.0.0.1'),
  WAGGLE_HTTP_PORT: port.default(0),
  /** How long a drain may take before the process ends all the same. */
  WAGGLE_DRAIN_MS: millis.default(30_000),
  /** Instances of one service share its partitions within a group of this prefix; `static` takes all of them. */
  WAGGLE_GROUP: name.default('waggle'),

  /** Where the services answer, for clients that wait until these have caught up. */
  WAGGLE_SERVICE_URLS: list.default([]),

  WAGGLE_KAFKA_BROKERS: list,
  WAGGLE_KAFKA_CLIENT_ID: name.default('waggle'),
  WAGGLE_KAFKA_DRIVER: z.enum(['platformatic', 'kafkajs']).default('platformatic'),
  WAGGLE_KAFKA_TOPICS: name.default('infra/kafka/topics.json'),
  WAGGLE_KAFKA_TOPIC_PREFIX: z.string().max(100).default(''),
  WAGGLE_KAFKA_CREATE_TOPICS: flag.default(true),
  WAGGLE_KAFKA_TIMEOUT_MS: millis.default(30_000),
  WAGGLE_KAFKA_SESSION_MS: millis.default(10_000),
  WAGGLE_KAFKA_TLS: flag.default(false),
  WAGGLE_KAFKA_TLS_CA: pem.optional(),
  WAGGLE_KAFKA_TLS_CERT: pem.optional(),
  WAGGLE_KAFKA_TLS_KEY: pem.optional(),
  WAGGLE_KAFKA_SASL_MECHANISM: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).optional(),
  WAGGLE_KAFKA_SASL_USERNAME: name.optional(),
  WAGGLE_KAFKA_SASL_PASSWORD: name.optional(),

  /** Base address of the schema registry, path included. */
  WAGGLE_REGISTRY_URL: z.url().default('http://127.0.0.1:8081'),
  /** Where the built-in registry listens, if this process is it. */
  WAGGLE_REGISTRY_PORT: port.default(8081),
  /** Host names under which clients reach it: others are refused, against DNS rebinding. */
  WAGGLE_REGISTRY_HOSTS: list.default(['127.0.0.1', 'localhost']),
  WAGGLE_REGISTRY_USERNAME: name.optional(),
  WAGGLE_REGISTRY_PASSWORD: name.optional(),

  /** How often the coordinator looks for what is over in idle partitions. */
  WAGGLE_TICK_MS: millis.default(1000),
  /** Rule by which the coordinator learns the weights of agents from verdicts. */
  WAGGLE_WEIGHTS: z.enum(['skill/v1', 'off']).default('off'),

  /** Folder of the subjects' keys, shared by agents and memory view; without it events with a subject are refused. */
  WAGGLE_VAULT_DIR: z.string().min(1).max(4096).optional(),
  /** Folder of this instance's snapshots: caches, made of opened texts. Nothing is kept without it. */
  WAGGLE_SNAPSHOT_DIR: z.string().min(1).max(4096).optional(),
  /** Where `waggle certify` keeps hash trees and the newest certificate, for proofs in evidence packs. */
  WAGGLE_CERTIFICATE_DIR: z.string().min(1).max(4096).optional(),

  /** Where the archiver puts what is old, and everyone reads what Kafka has let go of: a folder or s3://bucket/prefix. */
  WAGGLE_ARCHIVE: z.string().min(1).max(4096).optional(),
  WAGGLE_ARCHIVE_DAYS: z.coerce.number().int().min(1).max(36_500).default(90),
  /** Whether the log then lets go of it; where it cannot, Kafka's own retention has to wait for the archive. */
  WAGGLE_ARCHIVE_TRIM: flag.default(false),
  WAGGLE_ARCHIVE_EVERY_MS: millis.default(3_600_000),
  WAGGLE_S3_ENDPOINT: z.url().optional(),
  WAGGLE_S3_REGION: name.optional(),
  WAGGLE_S3_ACCESS_KEY_ID: name.optional(),
  WAGGLE_S3_SECRET_ACCESS_KEY: name.optional(),

  /** Where the gateway answers people, agents and pages. */
  WAGGLE_GATEWAY_HOST: name.default('127.0.0.1'),
  WAGGLE_GATEWAY_PORT: port.default(4600),
  /** File of its tokens; read again when it changes. */
  WAGGLE_GATEWAY_TOKENS: z.string().min(1).max(4096).optional(),
  /** Host names under which it is reached: others are refused, against DNS rebinding. */
  WAGGLE_GATEWAY_HOSTS: list.default(['127.0.0.1', 'localhost']),
  /** Origins whose pages may ask it, beside its own. */
  WAGGLE_GATEWAY_ORIGINS: list.default([]),
  /** Folder of the built dashboard. */
  WAGGLE_GATEWAY_DASHBOARD: z.string().min(1).max(4096).optional(),

  WAGGLE_REDIS_NODES: list.default(['127.0.0.1:6379']),
  WAGGLE_REDIS_CLUSTER: flag.default(false),
  WAGGLE_REDIS_USERNAME: name.optional(),
  WAGGLE_REDIS_PASSWORD: name.optional(),
  WAGGLE_REDIS_TLS: flag.default(false),

  WAGGLE_CLICKHOUSE_URL: z.url().default('http://127.0.0.1:8123'),
  WAGGLE_CLICKHOUSE_USERNAME: name.default('default'),
  WAGGLE_CLICKHOUSE_PASSWORD: z.string().default(''),
  WAGGLE_CLICKHOUSE_DATABASE: name.default('waggle'),
  /** Name of a ClickHouse cluster: tables are then replicated and distributed over it. */
  WAGGLE_CLICKHOUSE_CLUSTER: name.optional(),
  /** Rest between inserts; longer makes larger ones. */
  WAGGLE_CLICKHOUSE_REST_MS: millis.default(250),
})

export type ServiceConfig = z.output<typeof schema>
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Environment -> config. Reads only names that start with WAGGLE_; one CONFIG_INVALID lists all that are
 * bad, missing or unknown. Values are never in the message: some are secrets.
 */
export function parseEnvironment(
  environment: Environment,
  readFile: (path: string) => string,
): ServiceConfig {
  const problems: string[] = []
  const own: Record<string, string> = {}
  for (const [key, value] of Object.entries(environment)) {
    if (!key.startsWith('WAGGLE_') || value === undefined) continue
    if (!key.endsWith('_FILE')) {
      own[key] = value
      continue
    }
    try {
      own[key.slice(0, -'_FILE'.length)] = readFile(value).trim()
    } catch {
      problems.push(`${key}: the file cannot be read`)
    }
  }
  const parsed = schema.safeParse(own)
  for (const { path, message } of parsed.error?.issues ?? []) {
    problems.push(path.length === 0 ? message : `${path.join('.')}: ${message}`)
  }
  if (parsed.success) problems.push(...missingPartners(parsed.data))
  if (parsed.success && problems.length === 0) return parsed.data
  throw new WaggleError('CONFIG_INVALID', problems.join('; '), { input: problems })
}

const PARTNERS: readonly (readonly (keyof ServiceConfig)[])[] = [
  ['WAGGLE_KAFKA_SASL_MECHANISM', 'WAGGLE_KAFKA_SASL_USERNAME', 'WAGGLE_KAFKA_SASL_PASSWORD'],
  ['WAGGLE_KAFKA_TLS_CERT', 'WAGGLE_KAFKA_TLS_KEY'],
  ['WAGGLE_REGISTRY_USERNAME', 'WAGGLE_REGISTRY_PASSWORD'],
]

function missingPartners(config: ServiceConfig): string[] {
  return PARTNERS.flatMap((keys) => {
    const missing = keys.filter((key) => config[key] === undefined)
    const some = missing.length > 0 && missing.length < keys.length
    return some ? missing.map((key) => `${key}: needed with ${keys.join(', ')}`) : []
  })
}
