import { WaggleError } from '@waggle/base'
import type { TopicSpec } from '@waggle/log/kafka'
import { z } from 'zod'

const settings = z.record(z.string(), z.string())
const schema = z.strictObject({
  replicas: z.number().int().min(1).max(10),
  /** Of every topic, unless it says otherwise itself. */
  settings,
  topics: z.record(
    z.string(),
    z.strictObject({
      partitions: z.number().int().min(1).max(10_000),
      settings: settings.optional(),
    }),
  ),
})

export interface TopicsFile {
  readonly replicas: number
  readonly specs: readonly TopicSpec[]
  /** Number of partitions by topic. */
  readonly partitions: Readonly<Record<string, number>>
  readonly recordBytesMax: Readonly<Record<string, number>>
}

/** The text of infra/kafka/topics.json, or CONFIG_INVALID with all that is wrong in it. */
export function parseTopicsFile(text: string): TopicsFile {
  const parsed = schema.safeParse(parseJson(text))
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new WaggleError('CONFIG_INVALID', `Topics: ${problems.join('; ')}`, { input: problems })
  }
  const { replicas, settings: shared, topics } = parsed.data
  const specs = Object.entries(topics).map(([name, topic]): TopicSpec => {
    return { name, partitions: topic.partitions, settings: { ...shared, ...topic.settings } }
  })
  return {
    replicas,
    specs,
    partitions: Object.fromEntries(specs.map(({ name, partitions }) => [name, partitions])),
    recordBytesMax: Object.fromEntries(
      specs.flatMap((spec) => {
        const most = spec.settings['max.message.bytes']
        return most === undefined ? [] : [[spec.name, Number(most)]]
      }),
    ),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WaggleError('CONFIG_INVALID', 'The topics file is no JSON', { cause: error })
  }
}
