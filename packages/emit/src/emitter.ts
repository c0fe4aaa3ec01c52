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
  /**
   * Encrypts what an event says about its subject, such as `vault.seal`; asked for events with a subject only. The
   * same event must give the same bytes. CONFIG_INVALID for such an event where it is left out: what is to
   * be erasable is never appended in plain text.
   */
  readonly seal?: Seal
}

export type Seal = <E extends WaggleEvent>(event: E) => Promise<E>

export type EmittableEvent = EventByKind[EmittableKind]

/** An emitter that validates, encodes and appends. */
export function createEmitter(options: EmitterOptions): Emitter {
  const { log } = options
  let seq = options.lastSeq ?? 0
  // What this producer said itself counts at once; the directory of members may be a moment behind.
  let joined = false
  // Set while an event is being encrypted: what is emitted meanwhile comes after it.
  let sealing: Promise<void> | undefined

  const append = async (
    events: readonly EmittableEvent[],
    sealed: readonly EmittableEvent[],
  ): Promise<Emitted[]> => {
    const records = sealed.map((event) => appendRecordOf(options, event))
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

  /** Resolves with the appending begun, so that numbers are given in the order of the calls and none is lost. */
  const sealAndAppend = async (
    drafts: readonly AnyDraft[],
    before: Promise<unknown> | undefined,
  ): Promise<{ readonly done: Promise<Emitted[]> }> => {
    await before
    const events = completeAll(drafts)
    const done = append(events, await Promise.all(events.map((event) => sealed(options, event))))
    // Whoever emitted hears of a failure; those who come after it are not held up.
    done.catch(() => {})
    return { done }
  }

  const completeAll = (drafts: readonly AnyDraft[]): EmittableEvent[] => {
    if (!joined) checkMember(options, drafts)
    return drafts.map((draft, index) => completeDraft(options, draft, seq + 1 + index))
  }

  const emitAll = async (drafts: readonly AnyDraft[]): Promise<Emitted[]> => {
    checkSize(drafts)
    if (sealing === undefined && drafts.every(({ subject = null }) => subject === null)) {
      const events = completeAll(drafts)
      return append(events, events)
    }
    const begun = sealAndAppend(drafts, sealing)
    const turn = begun.catch(() => {}).then(() => void (sealing === turn && (sealing = undefined)))
    sealing = turn
    return (await begun).done
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

/** An event with every field, as this producer says it next. */
export function completeDraft(
  options: Pick<EmitterOptions, 'clock' | 'swarm' | 'agent' | 'session' | 'run'>,
  draft: AnyDraft,
  nextSeq: number,
): EmittableEvent {
  const { clock, swarm, agent, session } = options
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
  const event = validateEvent<EmittableEvent>({
    ...envelope,
    ...defined(draft),
  } as never)
  checkClocks(event, now)
  return event
}

function checkSize(drafts: readonly AnyDraft[]): void {
  if (drafts.length > LIMITS.batchEventsMax) {
    throw new WaggleError(
      'INPUT_INVALID',
      `${drafts.length} events in one append of at most ${LIMITS.batchEventsMax}`,
    )
  }
}

/** An event as a record for the log: topic, key, bytes and headers. */
export function appendRecordOf(
  { codec, headers }: Pick<EmitterOptions, 'codec' | 'headers'>,
  event: EmittableEvent,
): AppendRecord {
  return {
    topic: topicOf(event.kind),
    key: partitionKeyOf(event),
    value: codec.encode(event),
    producer: { session: event.session, seq: event.seq },
    ...(headers === undefined ? {} : { headers: headers(event) }),
  }
}

async function sealed({ seal }: EmitterOptions, event: EmittableEvent): Promise<EmittableEvent> {
  if (event.subject === null) return event
  if (seal !== undefined) return seal(event)
  throw new WaggleError('CONFIG_INVALID', 'An event with a subject needs a vault to seal it', {
    field: 'subject',
  })
}

/** Fields given as undefined are left to the defaults. */
function defined(draft: object): object {
  const fields = Object.entries(draft)
  if (fields.every(([, value]) => value !== undefined)) return draft
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
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
