import { isWaggleError } from '@waggle/base'
import { derivedId, DEAD_LETTER_TOPIC, positionText, type Position } from '@waggle/event'
import {
  partitionsOf,
  type AppendRecord,
  type EventLog,
  type Headers,
  type LogRecord,
} from '@waggle/log'

/**
 * A refused record keeps its key and its raw bytes; why it was refused stands in its headers, under
 * our names and under those of Kafka Connect, which tools know.
 */
export interface DeadLetter {
  readonly source: Omit<LogRecord, 'appendedAt'>
  /** 'admission' where every view refuses it, else the name of the view. */
  readonly stage: string
  readonly code: string
  readonly reason: string
}

/**
 * The producer stamp is made of stage and source, so that a record refused twice (after a crash, by
 * another view, in a rebuild) becomes one dead letter.
 */
export function deadLetterRecord({ source, stage, code, reason }: DeadLetter): AppendRecord {
  const session = derivedId(`dead-letter/${stage}/${source.topic}/${source.partition}`)
  return {
    topic: DEAD_LETTER_TOPIC,
    key: source.key,
    value: source.value,
    headers: {
      'dlq-stage': stage,
      'dlq-code': code,
      'dlq-reason': reason,
      'dlq-topic': source.topic,
      'dlq-partition': String(source.partition),
      'dlq-offset': String(source.offset),
      'dlq-session': session,
      '__connect.errors.topic': source.topic,
      '__connect.errors.partition': String(source.partition),
      '__connect.errors.offset': String(source.offset),
      '__connect.errors.stage': stage,
      '__connect.errors.exception.class.name': code,
      '__connect.errors.exception.message': reason,
      ...prefixed(source.headers),
    },
    producer: { session, seq: Number(source.offset) },
  }
}

/** Appends dead letters in the order of their sources; those that are in the log already are not written again. */
export async function appendDeadLetters(
  log: EventLog,
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return
  try {
    await log.append(letters.map(deadLetterRecord))
  } catch (error) {
    if (!isWaggleError(error, 'SEQ_DUPLICATE')) throw error
    // A later refusal of the same stream is in the log: then a single one is there too.
    if (letters.length > 1) for (const letter of letters) await appendDeadLetters(log, [letter])
  }
}

/** Where a dead letter came from; undefined for a record that is none. */
export function sourceOf(headers: Headers): Position | undefined {
  const { 'dlq-topic': topic, 'dlq-partition': partition, 'dlq-offset': offset } = headers
  if (topic === undefined || partition === undefined || offset === undefined) return undefined
  return { topic, partition: Number(partition), offset: BigInt(offset) }
}

/** All dead letters of a log, oldest first, each source and stage once. */
export async function* readDeadLetters(log: EventLog): AsyncIterable<LogRecord> {
  const seen = new Set<string>()
  for (const at of partitionsOf(log, [DEAD_LETTER_TOPIC])) {
    let from: Position = { ...at, offset: 0n }
    for (;;) {
      const records = await log.read(from, 1000)
      const last = records.at(-1)
      if (last === undefined) break
      for (const record of records) {
        const source = sourceOf(record.headers)
        const name = `${record.headers['dlq-stage']} ${source === undefined ? '' : positionText(source)}`
        if (!seen.has(name)) yield record
        seen.add(name)
      }
      from = { ...from, offset: last.offset + 1n }
    }
  }
}

function prefixed(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [`source-${name}`, value]),
  )
}
