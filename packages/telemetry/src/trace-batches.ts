import { SpanKind, type Attributes, type Link } from '@opentelemetry/api'
import {
  ATTR_KAFKA_OFFSET,
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_CONSUMER_GROUP_NAME,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_DESTINATION_PARTITION_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM_NAME,
  MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
} from '@opentelemetry/semantic-conventions/incubating'
import type { TopicPartition } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import { instruments, timed } from './measure.ts'
import { inSpan, parseTraceparent } from './span.ts'
import type { MessagingSystem } from './traced-log.ts'

/** What a runner gives its view. */
export interface TracedBatch extends TopicPartition {
  readonly events: readonly { readonly record: LogRecord }[]
}

/** Links of a span at most; a batch of thousands is mostly of few appends. */
const LINKS_MAX = 128

/**
 * For `around` of a runner: every batch is a span `process {topic}` of the view, linked with the spans that sent its
 * records. They are links and no parents, because a batch has the records of many. Every batch is measured, too.
 */
export function traceBatches(system: MessagingSystem) {
  return (view: string, batch: TracedBatch, apply: () => Promise<void>): Promise<void> => {
    const { topic, partition, events } = batch
    const operation = {
      [ATTR_MESSAGING_SYSTEM_NAME]: system,
      [ATTR_MESSAGING_OPERATION_NAME]: 'process',
      [ATTR_MESSAGING_OPERATION_TYPE]: MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
      [ATTR_MESSAGING_DESTINATION_NAME]: topic,
      [ATTR_MESSAGING_CONSUMER_GROUP_NAME]: view,
    }
    return inSpan(
      `process ${topic}`,
      () => ({
        kind: SpanKind.CONSUMER,
        root: true,
        links: linksOf(events),
        attributes: {
          ...operation,
          [ATTR_MESSAGING_DESTINATION_PARTITION_ID]: String(partition),
          [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: events.length,
        },
      }),
      () => measured(operation, events.length, apply),
    )
  }
}

function measured(
  operation: Attributes,
  messages: number,
  apply: () => Promise<void>,
): Promise<void> {
  const to = instruments()
  if (to === undefined) return apply()
  to.consumedMessages.add(messages, operation)
  return timed((seconds, error) => {
    to.processDuration.record(seconds, { ...operation, ...error })
  }, apply)
}

/** One for each append: its first record's offset is on the link. */
function linksOf(events: TracedBatch['events']): Link[] {
  const links = new Map<string, Link>()
  for (const { record } of events) {
    const { traceparent } = record.headers
    if (traceparent === undefined || links.has(traceparent)) continue
    const context = parseTraceparent(traceparent)
    if (context === undefined) continue
    const attributes = { [ATTR_KAFKA_OFFSET]: Number(record.offset) }
    links.set(traceparent, { context, attributes })
    if (links.size === LINKS_MAX) break
  }
  return [...links.values()]
}
