import type { TopicPartition } from '@waggle/event'
import type { Cluster } from './kafkajs-internals.ts'

const EARLIEST = '-2'
const LATEST = '-1'
const READ_COMMITTED = 1

/** The broker that leads a partition, by Kafka's name of the topic. */
export function leaderOf(cluster: Cluster, { topic, partition }: TopicPartition): number {
  const [node] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
  if (node === undefined) throw new Error(`No leader of ${topic}/${partition}`)
  return Number(node)
}

/** The first offset still there, or the one behind the last, of each partition. */
export async function listOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  edge: 'start' | 'end',
): Promise<bigint[]> {
  const timestamp = edge === 'start' ? EARLIEST : LATEST
  const found = new Map<string, bigint>()
  for (const [node, ofNode] of Map.groupBy(partitions, (at) => leaderOf(cluster, at))) {
    const broker = await cluster.findBroker({ nodeId: node })
    const topics = [...Map.groupBy(ofNode, ({ topic }) => topic)].map(([topic, ats]) => ({
      topic,
      partitions: ats.map(({ partition }) => ({ partition, timestamp })),
    }))
    const { responses } = await broker.listOffsets({ isolationLevel: READ_COMMITTED, topics })
    for (const { topic, partitions: answers } of responses) {
      for (const { partition, offset } of answers)
        found.set(`${topic}/${partition}`, BigInt(offset))
    }
  }
  return partitions.map(({ topic, partition }) => found.get(`${topic}/${partition}`) ?? 0n)
}
