import { WaggleError } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { partitionKeyOf, topicOf, validateEvent, type Kind, type WaggleEvent } from '@waggle/event'
import type { AppendRecord, EventLog } from '@waggle/log'
import type { Change } from './change.ts'
import type { ForkedRun } from './fork.ts'
import { lineageOf } from './find-lineage.ts'
import { StepNames } from './names.ts'
import { stepsBehind } from './own-steps.ts'
import type { Alter } from './run-log.ts'

/**
 * Changes what the fork's agents say as it is appended: the step that is the counterpart of the parent's event is
 * edited or kept from the log; the agent that said it does not notice. NOT_FOUND where the parent has no such
 * event behind the fork point.
 */
export async function alterByChange(
  { change, swarm, parent, cut }: ForkedRun,
  source: { readonly log: EventLog; readonly codec: Codec },
): Promise<Alter | undefined> {
  if (change.is !== 'edit' && change.is !== 'drop') return undefined
  const steps = await stepsBehind(source, await lineageOf(source, swarm, parent), cut)
  const target = steps.nameById.get(change.event)
  if (target === undefined) {
    const what = `The parent has no event ${change.event} behind the fork point`
    throw new WaggleError('NOT_FOUND', what, { input: change.event })
  }
  const nameById = new Map<string, string>()
  const names = new StepNames((id) => nameById.get(id))
  return (record) => {
    const frame = Buffer.from(record.value)
    const event = source.codec.writerOf(frame)?.decode(frame)
    if (event === undefined) return record
    const name = names.next(event)
    nameById.set(event.id, name)
    if (name !== target) return record
    return change.is === 'drop' ? undefined : edited(source.codec, record, event, change)
  }
}

function edited(
  codec: Codec,
  record: AppendRecord,
  event: WaggleEvent,
  { set }: Extract<Change, { is: 'edit' }>,
): AppendRecord {
  if (event.subject !== null) {
    const what = 'What is said about a subject is sealed before it can be edited'
    throw new WaggleError('INPUT_INVALID', what, { field: 'subject', input: event.subject })
  }
  const next = validateEvent<WaggleEvent>({ ...event, ...set } as never)
  const topic = topicOf(next.kind as Exclude<Kind, 'tick'>)
  return { ...record, topic, key: partitionKeyOf(next), value: codec.encode(next) }
}
