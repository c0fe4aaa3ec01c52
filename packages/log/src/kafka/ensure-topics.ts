import { Admin, findErrorBy, type GenericError } from '@platformatic/kafka'
import { WaggleError } from '@waggle/base'
import { unavailableError } from '../log-errors.ts'
import type { KafkaConnection } from './kafka-driver.ts'
import { platformaticOptions } from './platformatic-driver.ts'
import { checkTopics, type TopicSpec, type TopicState } from './topic-spec.ts'

export interface EnsureOptions {
  /** Makes topics that are missing; otherwise they are an error. */
  readonly create: boolean
  /** Replicas of topics made here. */
  readonly replicas: number
}

const TOPIC_RESOURCE = 2

/** Makes missing topics and checks the others: TOPIC_CONFLICT lists everything that differs. */
export async function ensureTopics(
  connection: KafkaConnection,
  specs: readonly TopicSpec[],
  { create, replicas }: EnsureOptions,
): Promise<void> {
  const admin = new Admin(platformaticOptions(connection))
  const wanted = specs.map((spec) => ({ ...spec, name: connection.topicPrefix + spec.name }))
  try {
    const found = await describeTopics(admin, wanted)
    const missing = wanted.filter(({ name }) => !found.has(name))
    checkTopics(wanted, found)
    if (missing.length === 0) return
    if (!create) {
      const names = missing.map(({ name }) => name).join(', ')
      throw new WaggleError('TOPIC_UNKNOWN', `Kafka has no topics ${names}`, { input: names })
    }
    await createTopics(admin, missing, replicas)
  } catch (error) {
    throw error instanceof WaggleError ? error : unavailableError('Checking the topics', error)
  } finally {
    await admin.close().catch(() => {})
  }
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

/** Several services may start at once: a topic that another one made meanwhile is checked at the next start. */
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
