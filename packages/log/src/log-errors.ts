import { messageOf, WaggleError } from '@waggle/base'
import { partitionName, positionText, type Position, type TopicPartition } from '@waggle/event'

export function closedError(): WaggleError {
  return new WaggleError('LOG_CLOSED', 'The log is closed')
}

/** The number of partitions of a topic, or TOPIC_UNKNOWN. */
export function partitionCountOf(topics: Readonly<Record<string, number>>, topic: string): number {
  const partitions = topics[topic]
  if (partitions === undefined)
    throw new WaggleError('TOPIC_UNKNOWN', `No topic ${topic}`, { input: topic })
  return partitions
}

export function checkPartition(topics: Readonly<Record<string, number>>, at: TopicPartition): void {
  const count = partitionCountOf(topics, at.topic)
  if (at.partition < 0 || at.partition >= count) {
    throw new WaggleError('TOPIC_UNKNOWN', `No partition ${partitionName(at)} of ${count}`, {
      input: at.partition,
    })
  }
}

export function outOfRangeError(from: Position, end: bigint, start = 0n): WaggleError {
  const where =
    from.offset < start
      ? `is before the start ${start}: retention or someone deleted what was there`
      : `is beyond the end ${end}`
  return new WaggleError('OFFSET_OUT_OF_RANGE', `${positionText(from)} ${where}`, {
    input: positionText(from),
  })
}

/** Which of these positions lies outside its partition, as the engine said that one does. */
export function firstOutside(
  from: readonly Position[],
  starts: readonly bigint[],
  ends: readonly bigint[],
): WaggleError {
  const outside = from.findIndex(({ offset }, at) => offset < starts[at]! || offset > ends[at]!)
  const at = Math.max(outside, 0)
  return outOfRangeError(from[at]!, ends[at]!, starts[at]!)
}

/** The engine's server did not do what was asked; nothing is known to be lost. */
export function unavailableError(what: string, error: unknown): WaggleError {
  const [cause] = leavesOf(error)
  return new WaggleError('LOG_UNAVAILABLE', `${what} failed: ${reasonOf(error)}`, { cause })
}

/** What was wrong in the end, each thing once: client libraries wrap errors many times over. */
export function reasonOf(error: unknown): string {
  return [...new Set(leavesOf(error).map(withCause))].join('; ')
}

function withCause(error: unknown): string {
  const text = messageOf(error).replace(/\.+$/, '')
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? text : `${text}: ${reasonOf(cause)}`
}

function leavesOf(error: unknown): unknown[] {
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return inner.length === 0 ? [error] : inner.flatMap(leavesOf)
}

export function duplicateSeqError(at: TopicPartition, session: string, seq: number): WaggleError {
  return new WaggleError(
    'SEQ_DUPLICATE',
    `${partitionName(at)} has another record with seq ${seq} of session ${session}, or one after it`,
    { field: 'seq', input: seq },
  )
}
