import { WaggleError } from '@waggle/base'
import { EnvelopeView, relabelRun } from '@waggle/codec'
import { DEAD_LETTER_TOPIC, isForkRun } from '@waggle/event'
import {
  choosePartition,
  type AppendRecord,
  type AppendResult,
  type EventLog,
  type LogRecord,
} from '@waggle/log'
import { covers, runOf, type Lineage } from './lineage.ts'
import { ownAppends } from './own-appends.ts'
import { runMovedBy } from './record-run.ts'

/** What becomes of a record of the fork before it is appended; undefined where it is not. */
export type Alter = (record: AppendRecord) => AppendRecord | undefined

export interface RunLogOptions {
  readonly log: EventLog
  readonly lineage: Lineage
  readonly alter?: Alter
}

const READ_RECORDS = 4096

/**
 * One run as a log of its own: the records of its lineage at their own offsets, all of them under its name, the ticks that
 * moved its clock, and nothing else. So what any view or reader does with a log it does with a fork, and nothing is copied. Offsets have
 * gaps, as Kafka's have.
 *
 * Appending is for forks alone and goes through to the log: RUN_ISOLATED for a record of any other run. A refused
 * record is a dead letter already, by the views of the whole log, and does not become one again. A repeat is
 * recognised on every engine.
 */
export function createRunLog({
  log,
  lineage,
  alter = (record) => record,
}: RunLogOptions): EventLog {
  const run = runOf(lineage)
  const view = EnvelopeView.unset()
  const append =
    log.supports.idempotentAppend || !isForkRun(run)
      ? (records: readonly AppendRecord[]) => log.append(records)
      : ownAppends(log, lineage)
  const select = (records: readonly LogRecord[]): LogRecord[] => {
    const selected: LogRecord[] = []
    for (const record of records) {
      const own = runMovedBy(view, lineage.swarm, record)
      if (own === undefined || !covers(lineage, own, record)) continue
      selected.push(own === run ? record : { ...record, value: relabelRun(record.value, run) })
    }
    return selected
  }

  return {
    topics: log.topics,
    supports: { ...log.supports, idempotentAppend: true },
    append: (records) => appendOwn({ append, topics: log.topics }, lineage, alter, records),
    read: async (from, maxRecords) => {
      const max = Math.max(1, Math.min(maxRecords, READ_RECORDS))
      for (let at = from; ;) {
        const records = await log.read(at, max)
        const last = records.at(-1)
        if (last === undefined) return []
        const selected = select(records)
        if (selected.length > 0) return selected
        at = { ...at, offset: last.offset + 1n }
      }
    },
    tail: async function* (from, options) {
      for await (const batch of log.tail(from, options)) {
        const records = select(batch.records)
        if (records.length > 0) yield { ...batch, records }
      }
    },
    ends: (partitions) => log.ends(partitions),
    // The log is its owner's to close.
    close: async () => {},
  }
}

type Appending = Pick<EventLog, 'append' | 'topics'>

async function appendOwn(
  log: Appending,
  lineage: Lineage,
  alter: Alter,
  records: readonly AppendRecord[],
): Promise<AppendResult[]> {
  const own = records.filter(({ topic }) => topic !== DEAD_LETTER_TOPIC)
  for (const record of own) checkOwn(lineage, record)
  const altered = records.map((record) =>
    record.topic === DEAD_LETTER_TOPIC ? undefined : alter(record),
  )
  const said = altered.filter((record) => record !== undefined)
  const results = said.length === 0 ? [] : await log.append(said)
  let next = 0
  return altered.map((record, index) =>
    record === undefined ? unsaid(log, records[index]!) : results[next++]!,
  )
}

/** The place of what was kept from the log: before all that is there, so that nobody waits for it. */
function unsaid({ topics }: Appending, record: AppendRecord): AppendResult {
  const { topic } = record
  const partition = choosePartition(record, topics[topic] ?? 1)
  return { topic, partition, offset: -1n, duplicate: true }
}

function checkOwn({ swarm, ancestors }: Lineage, { topic, value }: AppendRecord): void {
  const [{ run }] = ancestors
  const envelope = EnvelopeView.trusted(Buffer.from(value), 0)
  if (isForkRun(run) && envelope.run === run && envelope.swarm === swarm) return
  const named = `${envelope.swarm}/${envelope.run ?? 'live'}`
  throw new WaggleError(
    'RUN_ISOLATED',
    `A record of ${named} for ${topic} is no record of the fork ${swarm}/${run ?? 'live'}`,
    { input: named, field: 'run' },
  )
}
