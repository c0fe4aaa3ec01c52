import type { Consumer, RecordsBatch } from '@platformatic/kafka'
import type { Position } from '@waggle/event'
import type { LogRecord } from '../event-log.ts'
import { hiddenBatches } from './hidden-batches.ts'
import type { FetchedPartition } from './kafka-driver.ts'

type Responses = Awaited<ReturnType<Consumer['fetch']>>['responses']

const LOG_APPEND_TIME = 1 << 3
const NO_HEADERS = Object.freeze({})

/** The answer of a fetch as records of ours, from the asked positions on. */
export function readFetched(
  responses: Responses,
  names: ReadonlyMap<string, string>,
  from: readonly Position[],
): FetchedPartition[] {
  const asked = new Map(from.map((at) => [`${at.topic}/${at.partition}`, at.offset]))
  return responses.flatMap(({ topicId, partitions }) => {
    const topic = names.get(topicId)!
    return partitions.flatMap(
      ({ partitionIndex: partition, records: batches, abortedTransactions, lastStableOffset }) => {
        const start = asked.get(`${topic}/${partition}`)
        if (start === undefined) return []
        const records: LogRecord[] = []
        const isHidden = hiddenBatches(abortedTransactions)
        let nextOffset = start
        for (const batch of batches ?? []) {
          const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta)
          const { producerId, attributes } = batch
          const key = batch.records[0]?.key
          if (!isHidden({ lastOffset, producerId, attributes, key }))
            readBatch(batch, { topic, partition, offset: start }, records)
          if (lastOffset >= nextOffset) nextOffset = lastOffset + 1n
        }
        return [{ topic, partition, records, nextOffset, endOffset: lastStableOffset }]
      },
    )
  })
}

/** The broker answers with whole batches: what lies before the asked offset is left out. */
function readBatch(batch: RecordsBatch, from: Position, records: LogRecord[]): void {
  const { attributes, firstOffset, firstTimestamp, maxTimestamp } = batch
  const { topic, partition } = from
  const appendTime = (attributes & LOG_APPEND_TIME) === 0 ? undefined : Number(maxTimestamp) * 1000
  for (const { offsetDelta, timestampDelta, key, value, headers } of batch.records) {
    const offset = firstOffset + BigInt(offsetDelta)
    if (offset < from.offset) continue
    records.push({
      topic,
      partition,
      offset,
      key: key === null ? '' : key.toString(),
      value: value ?? Buffer.alloc(0),
      headers: headers.length === 0 ? NO_HEADERS : readHeaders(headers),
      appendedAt: appendTime ?? Number(firstTimestamp + timestampDelta) * 1000,
    })
  }
}

function readHeaders(headers: readonly [Buffer | null, Buffer | null][]): Record<string, string> {
  return Object.fromEntries(
    headers.map(([name, value]) => [name?.toString() ?? '', value?.toString() ?? '']),
  )
}
