import { LIMITS, WaggleError, type Clock } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import {
  eventId,
  partitionKeyOf,
  topicOf,
  validateEvent,
  type Envelope,
  type EventByKind,
  type Kind,
  type Position,
  type WaggleEvent,
} from '@waggle/event'
import type { AppendRecord, EventLog, Headers } from '@waggle/log'

/** A kind that has a topic of its own; ticks are sent by a run's clock instead. */
export type EmittableKind = Exclude<Kind, 'tick'>

/** What an author gives: the kind's own fields, plus any envelope field that is not the producer's. */
export type Draft<K extends EmittableKind> = { readonly kind: K } & Partial<
  Omit<EventByKind[K], 'kind' | 'id' | 'swarm' | 'agent' | 'session' | 'seq'>
>

export type AnyDraft = { [K in EmittableKind]: Draft<K> }[EmittableKind]

export interface Emitted<K extends EmittableKind = EmittableKind> {
  readonly event: EventByKind[K]
  /** Where it stands: the token for reading one's own writes. */
  readonly position: Position
  /** True where the same (session, seq) was in the log already. */
  readonly duplicate: boolean
}

/** One producer: one agent in one swarm, one session, in one process at a time. */
export interface Emitter {
  /** Seq of the last event accepted. */
  readonly seq: number
  emit<K extends EmittableKind>(draft: Draft<K>): Promise<Emitted<K>>
  /** All or none, in this order, in one durable append. */
  emitAll(drafts: readonly AnyDraft[]): Promise<Emitted[]>
}

export interface EmitterOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly swarm: string
  readonly agent: string
  readonly session: string
  /** Seq to go on from when a session is resumed; repeated numbers return their first positions. */
  readonly lastSeq?: number
  readonly run?: string | null
  /** Whether an agent may emit; AGENT_UNKNOWN where not. Joining itself is always allowed. */
  readonly isMember?: (swarm: string, agent: string) => boolean
  /** Headers of each record, such as `cloudEventHeaders`; none if left out. */
  readonly headers?: (event: WaggleEvent) => Headers
}

export function createEmitter(options: EmitterOptions): Emitter {
  const { log, clock, swarm, agent, session } = options
  let seq = options.lastSeq ?? 0
  // What this producer said itself counts at once; the directory of members may be a moment behind.
  let joined = false

  const complete = (draft: AnyDraft, nextSeq: number): EventByKind[EmittableKind] => {
    const now = clock.now()
    const knownAt = draft.known_at ?? now
    const envelope: Envelope = {
      id: Number.isSafeInteger(knownAt)
        ? eventId(session, nextSeq, knownAt)
        : eventId(session, nextSeq, 0),
      swarm,
      agent,
      session,
      seq: nextSeq,
      occurred_at: knownAt,
      known_at: knownAt,
      trajectory: null,
      cause: null,
      run: options.run ?? null,
      subject: null,
      model_id: null,
      model_version: null,
      model_cutoff: null,
    }
    const event = validateEvent<EventByKind[EmittableKind]>({
      ...envelope,
      ...defined(draft),
    } as never)
    checkClocks(event, now)
    return event
  }

  const emitAll = async (drafts: readonly AnyDraft[]): Promise<Emitted[]> => {
    if (drafts.length > LIMITS.batchEventsMax) {
      throw new WaggleError(
        'INPUT_INVALID',
        `${drafts.length} events in one append of at most ${LIMITS.batchEventsMax}`,
      )
    }
    if (!joined) checkMember(options, drafts)
    const events = drafts.map((draft, index) => complete(draft, seq + 1 + index))
    const records = events.map((event) => appendRecordOf(options, event))
    seq += events.length
    const results = await log.append(records)
    for (const event of events) {
      if (event.kind === 'agent') joined = event.op === 'JOINED' || (joined && event.op !== 'LEFT')
    }
    return results.map(({ duplicate, ...position }, index) => ({
      event: events[index]!,
      position,
      duplicate,
    }))
  }

  return {
    get seq() {
      return seq
    },
    emitAll,
    emit: async <K extends EmittableKind>(draft: Draft<K>) => {
      const [emitted] = await emitAll([draft as unknown as AnyDraft])
      return emitted as Emitted<K>
    },
  }
}

function appendRecordOf(
  { codec, headers }: EmitterOptions,
  event: EventByKind[EmittableKind],
): AppendRecord {
  return {
    topic: topicOf(event.kind),
    key: partitionKeyOf(event),
    value: codec.encode(event),
    producer: { session: event.session, seq: event.seq },
    ...(headers === undefined ? {} : { headers: headers(event) }),
  }
}

/** Fields given as undefined are left to the defaults. */
function defined(draft: object): object {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined))
}

function checkMember(options: EmitterOptions, drafts: readonly AnyDraft[]): void {
  const { isMember, swarm, agent } = options
  const joins = drafts.some((draft) => draft.kind === 'agent')
  if (isMember === undefined || joins || isMember(swarm, agent)) return
  throw new WaggleError('AGENT_UNKNOWN', `Agent ${agent} is not in swarm ${swarm}`, {
    field: 'agent',
    input: agent,
  })
}

function checkClocks(event: Envelope, now: number): void {
  if (event.known_at < event.occurred_at) {
    throw new WaggleError(
      'KNOWN_BEFORE_OCCURRED',
      `known_at ${event.known_at} lies before occurred_at ${event.occurred_at}`,
      { field: 'known_at' },
    )
  }
  if (event.known_at - now > LIMITS.knownAheadMaxMicros) {
    throw new WaggleError(
      'KNOWN_IN_FUTURE',
      `known_at is ${event.known_at - now} µs ahead of the clock`,
      { field: 'known_at' },
    )
  }
}
