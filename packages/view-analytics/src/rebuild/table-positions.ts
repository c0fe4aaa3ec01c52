import { partitionName, topicOf, type Position, type TopicPartition } from '@waggle/event'
import type { AnalyticsStore } from '../analytics-store.ts'
import { readMarks } from '../open-tables.ts'
import { TABLE_KINDS, TABLES, type TableKind } from '../table-ddl.ts'

/** Behind the last row there is of each partition of the log; 0 where there is none. */
export async function tablePositions(
  store: AnalyticsStore,
  partitions: readonly TopicPartition[],
): Promise<Position[]> {
  const next = new Map<string, bigint>()
  const marks = await readMarks(store)
  for (const kind of TABLE_KINDS)
    for (const at of partitions.filter(({ topic }) => topic === topicOf(kind))) {
      const mark = marks.get(`${TABLES[kind].table} ${at.partition}`)
      const name = partitionName(at)
      if (mark !== undefined && mark >= (next.get(name) ?? 0n)) next.set(name, mark + 1n)
    }
  return partitions.map((at) => ({ ...at, offset: next.get(partitionName(at)) ?? 0n }))
}

/** Condition for the rows of a kind's table that stand before these positions. */
export function rowsBefore(kind: TableKind, ends: readonly Position[]): string {
  const ours = ends.filter(({ topic }) => topic === topicOf(kind))
  const cases = ours.map(({ partition, offset }) => `_partition = ${partition}, ${offset}`)
  return cases.length === 0 ? '0' : `_offset < multiIf(${cases.join(', ')}, 0)`
}
