import { WaggleError } from '@waggle/base'
import type { Draft, Emitted } from '@waggle/emit'
import { partitionKeyOf, type Message, type Position, type WaggleEvent } from '@waggle/event'
import { partitionOf } from '@waggle/log'
import { judgeBatch } from '@waggle/consume'
import type { AdmissionIndex } from './admission-index.ts'
import { checkChannel } from './channel-pattern.ts'
import type { AgentBus } from './coordination-bus.ts'
import {
  admittedMessages,
  MESSAGE_TOPIC,
  openReceived,
  receive,
  type Received,
} from './message-reader.ts'

/** A message to send; the rest of the fields as in its schema. */
export type MessageDraft = Omit<Draft<'message'>, 'kind'> & {
  readonly channel: string
  readonly body: string
}

export interface RequestOptions {
  /** How long to wait for the reply, in milliseconds; REPLY_TIMEOUT then. */
  readonly timeoutMs?: number
}

export interface Reply extends Received {
  /** Known after the request had expired. */
  readonly late: boolean
}

const TIMEOUT_MS = 5000
const BATCH_RECORDS = 256

export async function sendMessage(bus: AgentBus, draft: MessageDraft): Promise<Emitted<'message'>> {
  checkChannel(draft.channel)
  return bus.emitter.emit({ kind: 'message', ...draft })
}

/**
 * Sends a request and resolves with the first reply to it: on the request's channel, to this agent, and from
 * the recipient if it names one. The request expires when the wait is over, so that nobody works on what
 * nobody waits for; a reply that comes later is found by `repliesTo`.
 */
export async function request(
  bus: AgentBus,
  index: AdmissionIndex,
  draft: MessageDraft,
  { timeoutMs = TIMEOUT_MS }: RequestOptions = {},
): Promise<Received> {
  checkChannel(draft.channel)
  const from = await channelEnd(bus, draft.channel)
  const admitted = await index.at(from).then(() =>
    sendMessage(bus, {
      expires_at: (draft.known_at ?? bus.clock.now()) + timeoutMs * 1000,
      ...draft,
      exchange: 'REQUEST',
    }),
  )
  const life = new AbortController()
  const { signal } = life
  // A timer may be early by less than a millisecond; the wait ends after the request has expired, never before.
  void bus.clock.sleep(timeoutMs + 1, signal).then(
    () => life.abort(),
    () => {},
  )
  try {
    const options = { signal, maxRecords: BATCH_RECORDS }
    for await (const batch of admittedMessages(bus, index, [from], options)) {
      for (const record of batch.admitted) {
        const received = await openReceived(bus, replyIn(bus, record, admitted.event))
        if (received !== undefined) return received
      }
    }
  } finally {
    life.abort()
  }
  throw new WaggleError('REPLY_TIMEOUT', `No reply on ${draft.channel} within ${timeoutMs} ms`, {
    input: admitted.event.id,
  })
}

/** Answers a request: on its channel, to its sender, in its line of action, about whom it was about. */
export async function reply(
  bus: AgentBus,
  to: Message,
  draft: Omit<MessageDraft, 'channel'>,
): Promise<Emitted<'message'>> {
  return sendMessage(bus, {
    trajectory: to.trajectory,
    subject: to.subject,
    ...draft,
    channel: to.channel,
    recipient: to.agent,
    exchange: 'REPLY',
    in_reply_to: to.id,
    cause: to.id,
  })
}

/** Every reply to a request that the log has now, late ones too, in their order. */
export async function repliesTo(
  bus: AgentBus,
  index: AdmissionIndex,
  { event, position }: Pick<Emitted<'message'>, 'event' | 'position'>,
): Promise<Reply[]> {
  const found: Reply[] = []
  const [end] = await bus.log.ends([position])
  let from: Position = position
  let admission = await index.at(from)
  while (from.offset < end!.offset) {
    const records = await bus.log.read(from, BATCH_RECORDS)
    const last = records.at(-1)
    if (last === undefined) break
    const judged = await judgeBatch(bus.codec, admission, { ...from, records })
    admission = judged.admission
    for (const record of judged.admitted) {
      const received = await openReceived(bus, replyIn(bus, record, event))
      if (received !== undefined) found.push({ ...received, late: isLate(event, received) })
    }
    from = { ...from, offset: last.offset + 1n }
  }
  return found
}

function isLate({ expires_at: expiresAt }: Message, { knownFrom }: Received): boolean {
  return expiresAt !== null && knownFrom > expiresAt
}

function replyIn(
  bus: AgentBus,
  record: Parameters<typeof receive>[1],
  request: Message,
): Received | undefined {
  const received = receive(bus, record, {
    matches: (channel) => channel === request.channel,
    echo: true,
  })
  if (received === undefined) return undefined
  const { message } = received
  const isReply =
    message.exchange === 'REPLY' &&
    message.in_reply_to === request.id &&
    message.recipient === bus.agent &&
    (request.recipient === null || message.agent === request.recipient)
  return isReply ? received : undefined
}

async function channelEnd({ log, swarm }: AgentBus, channel: string): Promise<Position> {
  const key = partitionKeyOf({ kind: 'message', swarm, channel } as WaggleEvent)
  const partition = partitionOf(key, log.topics[MESSAGE_TOPIC]!)
  const [end] = await log.ends([{ topic: MESSAGE_TOPIC, partition }])
  return end!
}
