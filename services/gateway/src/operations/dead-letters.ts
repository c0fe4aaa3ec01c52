import type { DeadLetterJson } from '@waggle/api'
import type { Codec } from '@waggle/codec'
import { sourceOf } from '@waggle/consume'
import { DEAD_LETTER_TOPIC, eventToJson, partitionName, positionText } from '@waggle/event'
import type { Position } from '@waggle/event'
import type { GatewayBus } from '../gateway-bus.ts'
import { partitionsOf, type EventLog, type LogRecord } from '@waggle/log'

export interface DeadLetterQuery {
  /** Only those before these positions. */
  readonly before: readonly Position[]
  readonly code: string | undefined
  readonly limit: number
}

const PAGE = 256
/** Records looked at for one answer, where a code is seldom. */
const LOOKED_AT_MAX = 100_000

/** Dead letters, newest first; each source and stage once. */
export async function newestDeadLetters(
  log: EventLog,
  { before, code, limit }: DeadLetterQuery,
): Promise<LogRecord[]> {
  const ends = await log.ends(partitionsOf(log, [DEAD_LETTER_TOPIC]))
  const bounds = new Map(before.map((at) => [partitionName(at), at.offset]))
  const found = new Map<string, LogRecord>()
  for (const end of ends) {
    const bound = bounds.get(partitionName(end)) ?? end.offset
    const first = bound < end.offset ? bound : end.offset
    const last = first - BigInt(LOOKED_AT_MAX)
    for (let to = first; to > 0n && to > last && found.size < limit; to -= BigInt(PAGE)) {
      const from = to > BigInt(PAGE) ? to - BigInt(PAGE) : 0n
      const page = await log.read({ ...end, offset: from }, Number(to - from))
      for (const record of page.reverse()) {
        if (record.offset >= to || found.size >= limit) continue
        const { 'dlq-code': why, 'dlq-stage': stage } = record.headers
        if (code !== undefined && why !== code) continue
        const source = sourceOf(record.headers)
        const name = source === undefined ? record.offset : positionText(source)
        if (!found.has(`${stage} ${name}`)) found.set(`${stage} ${name}`, record)
      }
    }
  }
  return [...found.values()]
}

export async function deadLetterJson(
  { log, codec }: Pick<GatewayBus, 'log' | 'codec'>,
  record: LogRecord,
): Promise<DeadLetterJson> {
  const { headers, value, appendedAt } = record
  const source = sourceOf(headers)
  return {
    position: positionText(record),
    code: headers['dlq-code'] ?? 'UNKNOWN',
    reason: headers['dlq-reason'] ?? '',
    at: appendedAt,
    origin:
      source === undefined || !Object.hasOwn(log.topics, source.topic)
        ? null
        : positionText(source),
    bytes: value.length,
    raw: value.toString('base64'),
    text: await readable(codec, value),
  }
}

const READABLE = /[\p{L}\p{N}\p{P}\p{S} \t\r\n]{4,}/gu

/** The event as JSON, the text, or the pieces of text in it. */
async function readable(codec: Codec, value: Buffer): Promise<string | null> {
  const event = await codec.decode(value).catch(() => undefined)
  if (event !== undefined) return JSON.stringify(eventToJson(event), null, 2)
  const text = value.toString('utf8')
  const pieces = text.replaceAll('\uFFFD', '\0').match(READABLE) ?? []
  return pieces.length === 0 ? null : pieces.join(' … ')
}
