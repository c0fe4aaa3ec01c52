import { SpanKind, type Attributes, type Span } from '@opentelemetry/api'
import {
  ATTR_KAFKA_OFFSET,
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_DESTINATION_PARTITION_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM_NAME,
  MESSAGING_OPERATION_TYPE_VALUE_SEND,
} from '@opentelemetry/semantic-conventions/incubating'
import { SCHEMA_TOPIC } from '@waggle/event'
import type { AppendRecord, AppendResult, EventLog } from '@waggle/log'
import { instruments, timed } from './measure.ts'
import { inSpan, isTracing, traceparentOf } from './span.ts'

/** `kafka`, or the name of an engine of our own. */
export type MessagingSystem = 'kafka' | 'waggle'

/**
 * The same log; every append is a span `send {topic}`, its records carry that span's `traceparent`, and it is measured.
 * Without an SDK an append costs two looks more.
 */
export function tracedLog<Log extends EventLog>(log: Log, system: MessagingSystem): Log {
  return {
    ...log,
    append: (records: readonly AppendRecord[]) =>
      (isTracing() || instruments() !== undefined) && records.some(isMessage)
        ? send(log, system, records)
        : log.append(records),
  }
}

/** What the registry writes down for itself is no message. */
function isMessage({ topic }: AppendRecord): boolean {
  return topic !== SCHEMA_TOPIC
}

function send(
  log: EventLog,
  system: MessagingSystem,
  records: readonly AppendRecord[],
): Promise<AppendResult[]> {
  const topics = new Set(records.map(({ topic }) => topic))
  // A batch to several topics has no destination of its own.
  const [topic] = topics.size === 1 ? topics : []
  const operation: Attributes = {
    [ATTR_MESSAGING_SYSTEM_NAME]: system,
    [ATTR_MESSAGING_OPERATION_NAME]: 'send',
    [ATTR_MESSAGING_OPERATION_TYPE]: MESSAGING_OPERATION_TYPE_VALUE_SEND,
    ...(topic === undefined ? {} : { [ATTR_MESSAGING_DESTINATION_NAME]: topic }),
  }
  const batch = records.length === 1 ? {} : { [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: records.length }
  return inSpan(
    topic === undefined ? 'send' : `send ${topic}`,
    () => ({ kind: SpanKind.PRODUCER, attributes: { ...operation, ...batch } }),
    async (span) => {
      const traced = span === undefined ? records : withTrace(records, span)
      const results = await measuredAppend(log, operation, traced)
      if (span !== undefined && results.length === 1) placeOf(span, results[0]!)
      return results
    },
  )
}

function measuredAppend(
  log: EventLog,
  operation: Attributes,
  records: readonly AppendRecord[],
): Promise<AppendResult[]> {
  const to = instruments()
  if (to === undefined) return log.append(records)
  return timed(
    (seconds, error) => {
      to.operationDuration.record(seconds, { ...operation, ...error })
      to.sentMessages.add(records.length, { ...operation, ...error })
    },
    () => log.append(records),
  )
}

function withTrace(records: readonly AppendRecord[], span: Span): AppendRecord[] {
  const traceparent = traceparentOf(span.spanContext())
  return records.map((record) => ({ ...record, headers: { ...record.headers, traceparent } }))
}

function placeOf(span: Span, { partition, offset }: AppendResult): void {
  span.setAttribute(ATTR_MESSAGING_DESTINATION_PARTITION_ID, String(partition))
  span.setAttribute(ATTR_KAFKA_OFFSET, Number(offset))
}
