import type { Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'

/**
 * The last record from `from` on and before `end`; undefined where there is none. Offsets need not hold
 * records: Kafka gives them to the markers of transactions, and to what transactions aborted.
 */
export async function lastRecordBefore(
  log: Pick<EventLog, 'read'>,
  from: Position,
  end: bigint,
): Promise<Position | undefined> {
  for (let step = 1n; from.offset < end; step *= 2n) {
    const start = { ...from, offset: end - step > from.offset ? end - step : from.offset }
    const records = await log.read(start, Number(end - start.offset))
    const last = records.findLast(({ offset }) => offset < end)
    if (last !== undefined) return { ...from, offset: last.offset }
    if (start.offset === from.offset) break
  }
  return undefined
}
