import {
  COMPATIBILITY,
  SchemaRegistry as ConfluentClient,
  SchemaType,
} from '@kafkajs/confluent-schema-registry'
import { isWaggleError, WaggleError, type Clock } from '@waggle/base'
import type { CompatibilityLevel, SchemaRegistry } from '@waggle/codec'
import type { AvroRecord } from '@waggle/event'
import {
  answerFailure,
  isNotFound,
  libraryFailure,
  noAnswer,
  saysUnknown,
} from './registry-failure.ts'
import { createRegistryHttp, registryAgent, type RegistryEndpoint } from './registry-http.ts'
import { schemaInAnswer } from './schema-in-answer.ts'
import { UnknownIds } from './unknown-ids.ts'

export { createVersionReader } from './subject-versions.ts'

export interface ConfluentRegistryOptions extends Partial<RegistryEndpoint> {
  /** Base address, path included: http://127.0.0.1:8081 or …/apis/ccompat/v7. */
  readonly host: string
  readonly clock: Clock
  /** Set for a subject that has no level of its own, before its first schema; BACKWARD_TRANSITIVE if left out. */
  readonly compatibility?: CompatibilityLevel
  /** Requests made for one call, the first included, before its error is given; 5 if left out. */
  readonly attempts?: number
  /** Before the second attempt; doubled for each that follows. 50 if left out. */
  readonly backoffMs?: number
  /** How long an id that the registry does not know is not asked for again; 30 s if left out. */
  readonly unknownForMs?: number
}

const BACKOFF_MS_MAX = 2000
const ATTEMPTS = 5
/** With more ids unknown than this somebody sends garbage, and each is asked for once only. */
const UNKNOWN_PATIENCE = 100

/**
 * Any Confluent-compatible registry. Ids are kept for ever and asked for once however many wait.
 *
 * Errors: SCHEMA_UNKNOWN only where the registry says so, REGISTRY_UNAVAILABLE where it does not answer (both
 * after a bounded number of attempts), REGISTRY_DENIED at once, SCHEMA_INVALID, SCHEMA_INCOMPATIBLE.
 *
 * Registering goes through the library. Ids are read past it: it gives avsc's types, which have lost the
 * schema's text, waits without end for a registry that hangs, and drops the error codes by which an unknown
 * id differs from a wrong address. Levels too: it sets them behind the first schema instead of before.
 */
export function createConfluentRegistry(options: ConfluentRegistryOptions): SchemaRegistry {
  return new ConfluentRegistry(options)
}

class ConfluentRegistry implements SchemaRegistry {
  readonly #options: ConfluentRegistryOptions
  readonly #endpoint: RegistryEndpoint
  readonly #http: ReturnType<typeof createRegistryHttp>
  readonly #client: ConfluentClient
  readonly #schemas = new Map<number, Promise<AvroRecord>>()
  readonly #unknown: UnknownIds

  constructor(options: ConfluentRegistryOptions) {
    this.#options = options
    this.#unknown = new UnknownIds(options.unknownForMs ?? 30_000)
    this.#endpoint = { timeoutMs: 5000, ...options }
    const agent = registryAgent(this.#endpoint)
    this.#http = createRegistryHttp(this.#endpoint, agent)
    const { host, auth, timeoutMs } = this.#endpoint
    this.#client = new ConfluentClient({
      host: host.replace(/\/+$/, ''),
      agent,
      // The library knows no time-out, but the client under it does.
      middlewares: [
        () => ({
          prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }),
        }),
      ],
      ...(auth === undefined ? {} : { auth }),
    })
  }

  register(subject: string, schema: AvroRecord): Promise<number> {
    return this.#patiently(async () => {
      const confluent = { type: SchemaType.AVRO, schema: JSON.stringify(schema) } as const
      const known = await fromLibrary(
        this.#client.getRegistryIdBySchema(subject, confluent).catch((error: unknown) => {
          if (isNotFound(error)) return undefined
          throw error
        }),
      )
      if (known !== undefined) return known
      const compatibility = COMPATIBILITY[await this.#ensureLevel(subject)]
      const { id } = await fromLibrary(
        this.#client.register(confluent, { subject, compatibility, updateConfig: false }),
      )
      return id
    })
  }

  byId(id: number): Promise<AvroRecord> {
    const known = this.#schemas.get(id)
    if (known !== undefined) return known
    const asked = this.#ask(id)
    this.#schemas.set(id, asked)
    asked.catch((error: unknown) => {
      // What a schema is never changes; whether there is one, or a registry, does.
      if (!isWaggleError(error, 'SCHEMA_INVALID')) this.#schemas.delete(id)
    })
    return asked
  }

  async #ask(id: number): Promise<AvroRecord> {
    const { clock, attempts = ATTEMPTS } = this.#options
    if (id <= 0 || this.#unknown.has(id, clock.now())) throw unknownId(id)
    const most = this.#unknown.count(clock.now()) > UNKNOWN_PATIENCE ? 1 : attempts
    try {
      return await this.#patiently(() => this.#fetchSchema(id), most)
    } catch (error) {
      if (isWaggleError(error, 'SCHEMA_UNKNOWN')) this.#unknown.add(id, clock.now())
      throw error
    }
  }

  async #fetchSchema(id: number): Promise<AvroRecord> {
    const { status, body } = await this.#http('GET', `/schemas/ids/${id}`).catch(rethrowNoAnswer)
    if (saysUnknown(status, body)) throw unknownId(id)
    if (status !== 200) throw answerFailure(status, body)
    return schemaInAnswer(id, body)
  }

  /** A level that somebody set for the subject stands; else ours is set. Never left to the registry's default. */
  async #ensureLevel(subject: string): Promise<CompatibilityLevel> {
    const path = `/config/${encodeURIComponent(subject)}`
    const found = await this.#http('GET', path).catch(rethrowNoAnswer)
    if (found.status === 200)
      return (found.body as { compatibilityLevel: CompatibilityLevel }).compatibilityLevel
    if (found.status !== 404) throw answerFailure(found.status, found.body)
    const { compatibility = 'BACKWARD_TRANSITIVE' } = this.#options
    const set = await this.#http('PUT', path, { compatibility }).catch(rethrowNoAnswer)
    if (set.status !== 200) throw answerFailure(set.status, set.body)
    return compatibility
  }

  async #patiently<T>(
    task: () => Promise<T>,
    most = this.#options.attempts ?? ATTEMPTS,
  ): Promise<T> {
    const { clock, backoffMs = 50 } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        return await task()
      } catch (error) {
        if (attempt >= most || !isWaggleError(error) || !error.retriable) throw error
        await clock.sleep(Math.min(backoffMs * 2 ** (attempt - 1), BACKOFF_MS_MAX))
      }
    }
  }
}

function unknownId(id: number): WaggleError {
  return new WaggleError('SCHEMA_UNKNOWN', `The registry knows no schema with id ${id}`, {
    input: id,
  })
}

function rethrowNoAnswer(error: unknown): never {
  throw noAnswer(error)
}

function fromLibrary<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw libraryFailure(error)
  })
}
