import { Admin, findErrorBy, type GenericError } from '@platformatic/kafka'
import { WaggleError, type Clock } from '@waggle/base'
import { unavailableError } from '../log-errors.ts'
import type { KafkaConnection } from './kafka-driver.ts'
import { platformaticOptions } from './platformatic-driver.ts'
import { checkTopics, type TopicSpec, type TopicState } from './topic-spec.ts'

export interface EnsureOptions {
  /** Makes topics that are missing; otherwise they are an error. */
  readonly create: boolean
  /** Replicas of topics made here. */
  readonly replicas: number
  readonly clock: Clock
}

const TOPIC_RESOURCE = 2
const APPEAR_MS = 10_000
const POLL_MS = 50

/** Makes missing topics and checks the others: TOPIC_CONFLICT lists everything that differs. */
export async function ensureTopics(
  connection: KafkaConnection,
  specs: readonly TopicSpec[],
  { create, replicas, clock }: EnsureOptions,
): Promise<void> {
  const admin = new Admin(platformaticOptions(connection))
  const wanted = specs.map((spec) => ({ ...spec, name: connection.topicPrefix + spec.name }))
  try {
    const found = await describeTopics(admin, wanted)
    checkTopics(wanted, found)
    const missing = wanted.filter(({ name }) => !found.has(name))
    if (missing.length === 0) return
    if (!create) throw unknownTopics(missing)
    await createTopics(admin, missing, replicas)
    await awaitTopics(admin, missing, clock)
  } catch (error) {
    throw error instanceof WaggleError ? error : unavailableError('Checking the topics', error)
  } finally {
    await admin.close().catch(() => {})
  }
}

/** The controller answers before the brokers know; and another process may have made them otherwise. */
async function awaitTopics(admin: Admin, made: readonly TopicSpec[], clock: Clock): Promise<void> {
  const deadline = clock.now() + APPEAR_MS * 1000
  for (;;) {
    const found = await describeTopics(admin, made)
    checkTopics(made, found)
    if (found.size === made.length) return
    if (clock.now() > deadline) throw unknownTopics(made.filter(({ name }) => !found.has(name)))
    await clock.sleep(POLL_MS)
  }
}

function unknownTopics(topics: readonly TopicSpec[]): WaggleError {
  const names = topics.map(({ name }) => name).join(', ')
  return new WaggleError('TOPIC_UNKNOWN', `Kafka has no topics ${names}`, { input: names })
}

async function describeTopics(
  admin: Admin,
  wanted: readonly TopicSpec[],
): Promise<Map<string, TopicState>> {
  const existing = new Set(await admin.listTopics())
  const names = wanted.map(({ name }) => name).filter((name) => existing.has(name))
  if (names.length === 0) return new Map()
  const { topics } = await admin.metadata({ topics: names })
  const described = await admin.describeConfigs({
    resources: names.map((resourceName) => ({ resourceType: TOPIC_RESOURCE, resourceName })),
  })
  return new Map(
    described.map(({ resourceName, configs }) => [
      resourceName,
      {
        partitions: topics.get(resourceName)!.partitionsCount,
        settings: Object.fromEntries(configs.map(({ name, value }) => [name, value ?? ''])),
      },
    ]),
  )
}

/** Several services may start at once, and another one be quicker. */
async function createTopics(
  admin: Admin,
  missing: readonly TopicSpec[],
  replicas: number,
): Promise<void> {
  for (const { name, partitions, settings } of missing) {
    const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value }))
    const topics = [{ topic: name, partitions, replicas }]
    await admin.createTopics({ topics, configs }).catch((error: GenericError) => {
      if (findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS') === null) throw error
    })
  }
}
