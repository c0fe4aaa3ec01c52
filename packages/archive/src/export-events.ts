import type { Kind } from '@waggle/event'
import { replayBatches, type ReplayOptions } from '@waggle/replay'
import { openArrowSink } from './arrow-sink.ts'
import { eventColumns, orderNumbers, type ExportedEvent } from './event-columns.ts'
import { openParquetSink } from './parquet-sink.ts'

export interface EventSink {
  write(rows: readonly ExportedEvent[]): Promise<void>
  close(): Promise<void>
}

export type ExportFormat = 'parquet' | 'arrow'

export interface ExportOptions extends Omit<ReplayOptions, 'kinds'> {
  readonly kind: Kind
  readonly format: ExportFormat
  /** File that is written; one that is there is replaced. */
  readonly path: string
}

const ROWS = 16_384

/** Events of a kind in the order of replay, with typed columns. Returns how many. */
export async function exportEvents(options: ExportOptions): Promise<number> {
  const { kind, format, path } = options
  const columns = eventColumns(kind)
  const sink = format === 'arrow' ? openArrowSink(path, columns) : openParquetSink(path, columns)
  const numbered = orderNumbers()
  let count = 0
  let rows: ExportedEvent[] = []
  for await (const batch of replayBatches({ ...options, kinds: new Set([kind]) })) {
    for (const known of batch) rows.push(numbered(known))
    if (rows.length < ROWS) continue
    await sink.write(rows)
    count += rows.length
    rows = []
  }
  if (rows.length > 0 || count === 0) await sink.write(rows)
  await sink.close()
  return count + rows.length
}
