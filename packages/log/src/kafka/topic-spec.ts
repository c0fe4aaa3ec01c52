import { WaggleError } from '@waggle/base'

/** A topic as it has to be. */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  /** Topic settings by Kafka's names; those left out are the broker's affair. */
  readonly settings: Readonly<Record<string, string>>
}

/** A topic as it is. */
export interface TopicState {
  readonly partitions: number
  readonly settings: Readonly<Record<string, string>>
}

/** What differs, one line each; topics that are not there are none of it. */
export function topicDifferences(
  wanted: readonly TopicSpec[],
  found: ReadonlyMap<string, TopicState>,
): string[] {
  return wanted.flatMap(({ name, partitions, settings }) => {
    const topic = found.get(name)
    if (topic === undefined) return []
    const count =
      topic.partitions === partitions
        ? []
        : [`${name} has ${topic.partitions} partitions, not ${partitions}`]
    const others = Object.entries(settings)
      .filter(([key, value]) => topic.settings[key] !== value)
      .map(([key, value]) => `${name} has ${key}=${topic.settings[key] ?? 'unset'}, not ${value}`)
    return [...count, ...others]
  })
}

export function checkTopics(
  wanted: readonly TopicSpec[],
  found: ReadonlyMap<string, TopicState>,
): void {
  const differences = topicDifferences(wanted, found)
  if (differences.length === 0) return
  throw new WaggleError('TOPIC_CONFLICT', differences.join('; '), { input: differences })
}
