import { Consumer, type GroupAssignment } from '@platformatic/kafka'
import { messageOf, type Clock, type Logger } from '@waggle/base'
import type { TopicPartition } from '@waggle/event'
import type { KafkaConnection } from './kafka-driver.ts'
import { platformaticOptions } from './platformatic-driver.ts'

export interface GroupMemberOptions {
  readonly connection: KafkaConnection
  readonly groupId: string
  readonly topics: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  /** How long a member may be silent before its partitions go to others, in milliseconds. */
  readonly sessionTimeoutMs?: number
}

/**
 * Membership in a consumer group, used only to spread partitions over processes: positions live with the
 * views, and two members that hold the same partition for a moment do no harm.
 */
export interface GroupMember {
  /** Joins and stays; `onAssigned` gets all partitions of every new generation. */
  start(onAssigned: (partitions: readonly TopicPartition[]) => void): void
  leave(): Promise<void>
}

const SESSION_TIMEOUT_MS = 10_000
const REJOIN_MS = 500
const LEAVE_MS = 5000

export function createGroupMember(options: GroupMemberOptions): GroupMember {
  const { clock, logger, groupId } = options
  const left = new AbortController()
  let member: Consumer | undefined
  let staying: Promise<void> = Promise.resolve()

  const stay = async (onAssigned: (partitions: readonly TopicPartition[]) => void) => {
    while (!left.signal.aborted) {
      const consumer = openConsumer(options)
      member = consumer
      try {
        await membership(consumer, options, left.signal, onAssigned)
      } catch (error) {
        logger.warn({ err: error, groupId }, `Joining ${groupId} again: ${messageOf(error)}`)
        await consumer.close(true).catch(() => {})
        await clock.sleep(REJOIN_MS, left.signal).catch(() => {})
      }
    }
  }
  return {
    start: (onAssigned) => void (staying = stay(onAssigned)),
    leave: async () => {
      left.abort()
      await staying
      const closing = member?.close(true).catch(() => {})
      await Promise.race([closing, clock.sleep(LEAVE_MS)])
    },
  }
}

/** Lasts until the signal aborts; fails when the membership is lost for good. */
async function membership(
  consumer: Consumer,
  { connection: { topicPrefix } }: GroupMemberOptions,
  signal: AbortSignal,
  onAssigned: (partitions: readonly TopicPartition[]) => void,
): Promise<void> {
  const announce = (assignments: readonly GroupAssignment[] | null | undefined): void => {
    onAssigned(partitionsIn(assignments ?? [], topicPrefix))
  }
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer:group:join', () => announce(consumer.assignments))
    consumer.on('consumer:heartbeat:stalled', ({ lastError }) =>
      reject(new Error(`no heartbeat: ${messageOf(lastError)}`)),
    )
    consumer.on('error' as 'client:close', ((error: unknown) => reject(error)) as () => void)
    signal.addEventListener('abort', () => resolve(), { once: true })
    consumer.joinGroup().catch(reject)
  })
}

function openConsumer({
  connection,
  groupId,
  topics,
  sessionTimeoutMs = SESSION_TIMEOUT_MS,
}: GroupMemberOptions): Consumer {
  const consumer = new Consumer({
    ...platformaticOptions(connection),
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
    rebalanceTimeout: sessionTimeoutMs,
  })
  for (const topic of topics) consumer.topics.track(connection.topicPrefix + topic)
  return consumer
}

function partitionsIn(assignments: readonly GroupAssignment[], prefix: string): TopicPartition[] {
  return assignments.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic: topic.slice(prefix.length), partition })),
  )
}
