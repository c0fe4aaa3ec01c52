import type { Micros } from '@waggle/base'
import type { Emitted } from '@waggle/emit'
import type { Message } from '@waggle/event'
import { replay } from '@waggle/replay'
import { AdmissionIndex } from './admission-index.ts'
import { channelMatcher } from './channel-pattern.ts'
import type { AgentBus } from './coordination-bus.ts'
import { MESSAGE_TOPIC, openReceived, type Received } from './message-reader.ts'
import {
  repliesTo,
  reply,
  request,
  sendMessage,
  type MessageDraft,
  type Reply,
  type RequestOptions,
} from './request-reply.ts'
import { subscribe, type MessageSubscription, type SubscribeOptions } from './subscriptions.ts'

export interface HistoryOptions {
  readonly pattern: string
  /** Only what counted as known after this time. */
  readonly after?: Micros
  /** Only what counted as known at this time. */
  readonly asOf?: Micros
}

/**
 * Messages of one agent. Those of a channel keep their order; between channels there is none. The body is
 * bounded as every field is, by LIMITS.fieldBytesMax: larger things go elsewhere and are referred to.
 */
export interface Messages {
  /** To every subscriber of the channel, or to `recipient` alone. INPUT_INVALID for a bad channel. */
  send(draft: MessageDraft): Promise<Emitted<'message'>>
  subscribe(options: SubscribeOptions): Promise<MessageSubscription>
  /** Resolves with the first reply; REPLY_TIMEOUT with the request's id as its `input`. */
  request(draft: MessageDraft, options?: RequestOptions): Promise<Received>
  reply(to: Message, draft: Omit<MessageDraft, 'channel'>): Promise<Emitted<'message'>>
  /** All replies that there are now, marked where they came late. */
  replies(request: Pick<Emitted<'message'>, 'event' | 'position'>): Promise<Reply[]>
  /** Messages that this agent can see, in the order the swarm learned them; ends at the end of the log. */
  history(options: HistoryOptions): AsyncGenerator<Received>
}

/** Messages of an agent: sent, asked for, subscribed to and read again. */
export function createMessages(bus: AgentBus, index = new AdmissionIndex(bus)): Messages {
  return {
    send: (draft) => sendMessage(bus, draft),
    subscribe: (options) => subscribe(bus, index, options),
    request: (draft, options) => request(bus, index, draft, options),
    reply: (to, draft) => reply(bus, to, draft),
    replies: (asked) => repliesTo(bus, index, asked),
    history: (options) => history(bus, options),
  }
}

async function* history(
  bus: AgentBus,
  { pattern, after = -Infinity, asOf = Infinity }: HistoryOptions,
): AsyncGenerator<Received> {
  const { log, codec, swarm, run, agent } = bus
  const matches = channelMatcher(pattern)
  const topics = [MESSAGE_TOPIC]
  for await (const known of replay({ log, codec, topics, swarm, run, asOf })) {
    const { event, position, knownFrom } = known
    if (event.kind !== 'message' || knownFrom <= after || !matches(event.channel)) continue
    const isOwn = event.agent === agent || event.recipient === agent
    if (!isOwn && event.recipient !== null) continue
    const received = await openReceived(bus, { message: event, position, knownFrom })
    if (received !== undefined) yield received
  }
}
