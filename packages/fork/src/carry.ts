import { WaggleError } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import {
  eventId,
  partitionKeyOf,
  positionText,
  topicOf,
  type Kind,
  type WaggleEvent,
} from '@waggle/event'
import type { AppendRecord, AppendResult, EventLog } from '@waggle/log'
import type { Vault } from '@waggle/vault'
import { mapFields } from './map-event.ts'
import { forkSession, type ForkBus } from './open-fork.ts'
import type { RunSteps } from './own-steps.ts'
import type { NamesOfSteps } from './plain-step.ts'

export interface CarrySource {
  /** The whole log, of which the parent is read. */
  readonly log: EventLog
  readonly codec: Codec
  /** Opens and seals again what is said about subjects: a sealed text does not open in another event. */
  readonly vault?: Vault
}

export interface Carried {
  /** As the fork has it; undefined where it waits for others, or is kept from the log. */
  readonly known: KnownEvent | undefined
  /** True where the change of the fork made it another, or kept it from the log. */
  readonly changed: boolean
}

interface Waiting {
  readonly from: KnownEvent
  readonly record: AppendRecord
}

/** Events that name an offset wait for the events before them to have one. */
const NAME_OFFSETS: ReadonlySet<Kind> = new Set(['fill', 'lock_command', 'memory_write'])
const BATCH_EVENTS = 1000

/** Says the parent's events again in the fork, with the ids and offsets that they have there. */
export function createCarrier(bus: ForkBus, { vault }: CarrySource) {
  const { codec, run, change } = bus
  const ids = new Map<string, string>()
  const parentIds = new Map<string, string>()
  const offsets = new Map<string, number>()
  let waiting: Waiting[] = []
  let carried = 0
  const changedId = change.is === 'edit' || change.is === 'drop' ? change.event : undefined

  const flush = async (): Promise<AppendResult[]> => {
    const batch = waiting
    waiting = []
    if (batch.length === 0) return []
    const results = await bus.log.append(batch.map(({ record }) => record))
    for (const [index, { offset }] of results.entries()) {
      if (offset < 0n) continue
      carried++
      offsets.set(positionText(batch[index]!.from.position), Number(offset))
    }
    return results
  }
  const standsFor = (id: string, own: string): void => {
    ids.set(id, own)
    parentIds.set(own, id)
  }

  return {
    get carried() {
      return carried
    },
    flush,
    carry: async (from: KnownEvent, mayWait: boolean): Promise<Carried> => {
      if (NAME_OFFSETS.has(from.event.kind)) await flush()
      const event = await underRun(from, run, vault, ids, offsets, bus.log.topics)
      const sealed = event.subject === null ? event : await vault!.seal(event)
      standsFor(from.event.id, event.id)
      waiting.push({ from, record: recordOf(codec, sealed) })
      const changed = from.event.id === changedId
      if (mayWait && waiting.length < BATCH_EVENTS) return { known: undefined, changed }
      const { duplicate: _, ...position } = (await flush()).at(-1)!
      const heard = !mayWait && position.offset >= 0n
      const said = changed && change.is === 'edit' ? { ...event, ...change.set } : event
      return {
        known: heard ? { ...from, event: said as WaggleEvent, position } : undefined,
        changed,
      }
    },
    /** The parent's event that one of the fork stands for; itself where it stands for none. */
    parentOf: (own: string): string => parentIds.get(own) ?? own,
    /** What was said anew stands for what was said in the parent. */
    replace: (id: string, now: KnownEvent): void => standsFor(id, now.event.id),
    /** Names of the fork's events, by those of the parent that they stand for. */
    named: ({ nameById }: RunSteps): NamesOfSteps => ({
      nameById: {
        get: (own) => {
          const parent = parentIds.get(own)
          return parent === undefined ? undefined : nameById.get(parent)
        },
      },
      nameByPosition: { get: () => undefined },
    }),
  }
}

/** As the fork has it, what is said about subjects opened. */
async function underRun(
  { event, position }: KnownEvent,
  run: string,
  vault: Vault | undefined,
  ids: ReadonlyMap<string, string>,
  offsets: ReadonlyMap<string, number>,
  topics: Readonly<Record<string, number>>,
): Promise<WaggleEvent> {
  const opened = event.subject === null ? event : await openAt(vault, event, positionText(position))
  const session = forkSession(run, event.session)
  const fields = mapFields(opened, {
    topics,
    idOf: (id) => ids.get(id) ?? id,
    offsetOf: (at) => offsets.get(positionText(at)),
  })
  return {
    ...Object.fromEntries(fields),
    run,
    session,
    id: eventId(session, event.seq, event.known_at),
  } as WaggleEvent
}

async function openAt(
  vault: Vault | undefined,
  event: WaggleEvent,
  input: string,
): Promise<WaggleEvent> {
  if (vault === undefined) {
    const what = `The ${event.kind} at ${input} is about a subject: it needs a vault to be said again`
    throw new WaggleError('CONFIG_INVALID', what, { field: 'vault', input })
  }
  const opened = await vault.open(event)
  if (opened !== undefined) return opened
  const what = `The ${event.kind} at ${input} is about ${event.subject}`
  throw new WaggleError('SUBJECT_ERASED', what, { field: 'subject', input })
}

function recordOf(codec: Codec, event: WaggleEvent): AppendRecord {
  return {
    topic: topicOf(event.kind as Exclude<Kind, 'tick'>),
    key: partitionKeyOf(event),
    value: codec.encode(event),
    producer: { session: event.session, seq: event.seq },
  }
}
