import { emptyAdmission, judgeBatch, readAdmitted, type Projection } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import {
  eventId,
  partitionName,
  positionText,
  type TopicPartition,
  type WaggleEvent,
} from '@waggle/event'
import { partitionsOf, type EventLog, type LogRecord } from '@waggle/log'
import { openWhole } from '@waggle/vault'
import type { Lineage, Offsets } from './lineage.ts'
import { mapFields } from './map-event.ts'
import { BESIDE, stepsBehind, type RunSteps, type StepSource } from './own-steps.ts'
import { plainText } from './plain-step.ts'
import { createRunLog } from './run-log.ts'

export interface DigestedRun extends StepSource {
  readonly lineage: Lineage
  /** Where it parts from the run that it is compared with (`partingOf`). */
  readonly parting: Offsets | undefined
}

/**
 * Digests of views of one run, such that two runs that did the same have the same: views are fed the run with its
 * names mapped. The run has one name; offsets count only its own records; who said what as which is told by
 * where it stands; an event behind the parting has the id of its step (`StepNames`), also where others name it. Ticks
 * and what is said about the fork are left out. What is said about subjects is opened; what nobody can open is told by
 * its length.
 */
export async function viewDigests(
  run: DigestedRun,
  projections: readonly Projection[],
): Promise<Record<string, string>> {
  const { log, codec, lineage } = run
  const own = createRunLog({ log, lineage })
  const source = { log: own, codec }
  const steps = await stepsBehind(run, lineage, run.parting)
  const kept = new Map<string, readonly LogRecord[]>()
  const ranks = new Map<string, number>()
  const topics = [...new Set(projections.flatMap((projection) => projection.topics))]
  for (const end of await own.ends(partitionsOf(own, topics))) {
    const records: LogRecord[] = []
    for await (const batch of readAdmitted(source, end)) {
      for (const { record, writer } of batch) {
        // A tick ends things, so where it stood is said by others.
        ranks.set(positionText(record), records.length)
        if (!BESIDE.has(writer.kind)) records.push(record)
      }
    }
    kept.set(partitionName(end), records)
  }
  const mapped = async (at: TopicPartition): Promise<LogRecord[]> => {
    const records: LogRecord[] = []
    for (const [rank, record] of (kept.get(partitionName(at)) ?? []).entries()) {
      const event = codec.writerOf(record.value)!.decode(record.value)
      const whole = (await openWhole(run.vault, event)) ?? event
      const value = codec.encode(mapEvent({ steps, ranks, own }, whole, at, rank))
      records.push({ ...record, offset: BigInt(rank), value })
    }
    return records
  }
  const digests: Record<string, string> = {}
  for (const projection of projections) {
    for (const at of partitionsOf(own, projection.topics))
      await feed(projection, codec, at, await mapped(at))
    digests[projection.name] = await projection.digest()
  }
  return digests
}

async function feed(
  projection: Projection,
  codec: Codec,
  at: TopicPartition,
  records: readonly LogRecord[],
): Promise<void> {
  const { admitted, admission } = await judgeBatch(codec, emptyAdmission(), { ...at, records })
  const nextOffset = BigInt(records.length)
  await projection.apply({ ...at, firstOffset: 0n, nextOffset, events: admitted, admission })
}

interface Mapped {
  readonly steps: RunSteps
  readonly ranks: ReadonlyMap<string, number>
  readonly own: EventLog
}

const COMPARED = 'compared'

function mapEvent(
  { steps, ranks, own }: Mapped,
  event: WaggleEvent,
  at: TopicPartition,
  rank: number,
): WaggleEvent {
  const fields = mapFields(event, {
    topics: own.topics,
    idOf: (id) => {
      const name = steps.nameById.get(id)
      return name === undefined ? id : eventId(name, 1, 0)
    },
    offsetOf: (position) => ranks.get(positionText(position)),
  })
  const place = { run: COMPARED, session: partitionName(at), seq: rank + 1 }
  const plain = fields.map(([name, value]) => [name, plainText(value)])
  return { ...Object.fromEntries(plain), ...place } as WaggleEvent
}
