import { WaggleError, type Micros } from '@waggle/base'
import { readAdmitted } from '@waggle/consume'
import type { Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { readView } from '@waggle/query'
import type { AdmissionIndex } from './admission-index.ts'
import { channelMatcher } from './channel-pattern.ts'
import type { AgentBus } from './coordination-bus.ts'
import {
  admittedMessages,
  MESSAGE_TOPIC,
  openReceived,
  receive,
  type Received,
} from './message-reader.ts'

/** Offset to go on from, by partition of the messages. */
export type MessagePositions = ReadonlyMap<number, bigint>

/** Where a subscription starts. `after`: behind what counted as known at that time. */
export type StartAt =
  'now' | 'start' | { readonly positions: MessagePositions } | { readonly after: Micros }

export interface SubscribeOptions {
  /** Channels, as `channelMatcher` describes. */
  readonly pattern: string
  /** Makes it durable: under the same name it goes on where it stood, after a crash too. */
  readonly name?: string
  /** 'now' if left out. A durable one that there is goes on where it stood, unless this moves it. */
  readonly from?: StartAt
  /** The agent's own messages too. */
  readonly echo?: boolean
  /** What has expired too. */
  readonly expired?: boolean
  /** Most messages between two notes in the log of where a durable one stands: as many may come again. */
  readonly advanceEvery?: number
  /** Most records read ahead of the consumer. */
  readonly batch?: number
  /** How long opening waits for the view, in milliseconds: VIEW_STALE then. */
  readonly timeoutMs?: number
}

export interface Delivery extends Received {
  /**
   * Where to go on behind this message. Whoever stores it in one step with the message's effect, and opens
   * with `from: { positions }`, has every effect exactly once.
   */
  readonly next: MessagePositions
}

/**
 * Messages in the order of their channel. A message counts as done when the next one is asked for; one that
 * the consumer broke off at comes again. Delivery is at least once: after a crash up to `advanceEvery` come
 * again, under the same ids. Can be iterated once; where the log fails the iteration ends with its error, and a
 * durable one is simply opened again.
 */
export interface MessageSubscription extends AsyncIterable<Delivery> {
  readonly positions: MessagePositions
  /** Ends the iteration once the consumer asks for the next message; a durable one notes where it stands. */
  close(): void
  /** Ends it and forgets a durable one. */
  unsubscribe(): Promise<void>
}

const ADVANCE_EVERY = 100
const BATCH_RECORDS = 256
const TIMEOUT_MS = 5000

export async function subscribe(
  bus: AgentBus,
  index: AdmissionIndex,
  options: SubscribeOptions,
): Promise<MessageSubscription> {
  const { name, from } = options
  channelMatcher(options.pattern)
  const positions =
    name === undefined
      ? await startPositions(bus, from ?? 'now')
      : await openDurable(bus, name, options)
  return new Subscription(bus, index, options, positions)
}

/** The positions to go on from; OPENED is in the log where there was none, or it was moved. */
async function openDurable(
  bus: AgentBus,
  name: string,
  { pattern, from, timeoutMs = TIMEOUT_MS }: SubscribeOptions,
): Promise<Map<number, bigint>> {
  const { coordination, swarm, run, agent, emitter } = bus
  await coordination.runner.caughtUp(timeoutMs)
  const stored = coordination.view.subscription({ swarm, run }, agent, name)
  const positions =
    stored === undefined || from !== undefined
      ? await startPositions(bus, from ?? 'now')
      : await allPartitions(bus, stored.positions)
  if (stored !== undefined && from === undefined && stored.pattern === pattern) return positions
  const { position } = await emitter.emit({
    kind: 'subscription',
    subscription: name,
    op: 'OPENED',
    pattern,
    positions: fieldOf(positions),
  })
  const read = await readView(
    coordination,
    (view) => view.subscription({ swarm, run }, agent, name),
    { after: [position], timeoutMs },
  )
  if (read.value !== undefined) return positions
  throw new WaggleError('INPUT_INVALID', `Agent ${agent} has too many durable subscriptions`, {
    field: 'name',
    input: name,
  })
}

async function startPositions(bus: AgentBus, from: StartAt): Promise<Map<number, bigint>> {
  if (from === 'now') return new Map((await endsOf(bus)).map((end) => [end.partition, end.offset]))
  if (from === 'start') return allPartitions(bus, new Map())
  if ('positions' in from) return allPartitions(bus, from.positions)
  const found = (await endsOf(bus)).map((end) => behind(bus, end, from.after))
  return new Map(await Promise.all(found))
}

/** Partitions without a position start at 0: they are newer than it. */
async function allPartitions(
  bus: AgentBus,
  positions: MessagePositions,
): Promise<Map<number, bigint>> {
  const ends = await endsOf(bus)
  return new Map(ends.map(({ partition }) => [partition, positions.get(partition) ?? 0n]))
}

function endsOf({ log }: AgentBus): Promise<Position[]> {
  return log.ends(partitionsOf(log, [MESSAGE_TOPIC]))
}

/** The first record of the run known after a time: as known_from never decreases, all behind it are too. */
async function behind(bus: AgentBus, end: Position, after: Micros): Promise<[number, bigint]> {
  for await (const batch of readAdmitted(bus, end)) {
    const first = batch.find(
      ({ envelope, knownFrom }) => envelope.run === bus.run && knownFrom > after,
    )
    if (first !== undefined) return [end.partition, first.record.offset]
  }
  return [end.partition, end.offset]
}

class Subscription implements MessageSubscription {
  readonly #bus: AgentBus
  readonly #index: AdmissionIndex
  readonly #options: SubscribeOptions
  readonly #positions: Map<number, bigint>
  readonly #life = new AbortController()
  #advanced: string
  #forgotten = false

  constructor(
    bus: AgentBus,
    index: AdmissionIndex,
    options: SubscribeOptions,
    positions: Map<number, bigint>,
  ) {
    this.#bus = bus
    this.#index = index
    this.#options = options
    this.#positions = positions
    this.#advanced = textOf(positions)
  }

  get positions(): MessagePositions {
    return new Map(this.#positions)
  }

  close(): void {
    this.#life.abort()
  }

  async unsubscribe(): Promise<void> {
    this.close()
    const { name, pattern } = this.#options
    if (name === undefined || this.#forgotten) return
    this.#forgotten = true
    await this.#bus.emitter.emit({
      kind: 'subscription',
      subscription: name,
      op: 'CLOSED',
      pattern,
    })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Delivery> {
    const { advanceEvery = ADVANCE_EVERY } = this.#options
    let done = 0
    try {
      for await (const received of this.#messages()) {
        const { partition, offset } = received.position
        yield { ...received, next: new Map([...this.#positions, [partition, offset + 1n]]) }
        this.#positions.set(partition, offset + 1n)
        if (++done % advanceEvery === 0) await this.#advance()
        if (this.#life.signal.aborted) return
      }
    } finally {
      this.#life.abort()
      await this.#advance()
    }
  }

  /** Messages of this subscription; positions move over what is not. */
  async *#messages(): AsyncGenerator<Received> {
    const { pattern, batch = BATCH_RECORDS, echo = false, expired = false } = this.#options
    const sight = { matches: channelMatcher(pattern), echo }
    const { signal } = this.#life
    const from = [...this.#positions].map(([partition, offset]) => {
      return { topic: MESSAGE_TOPIC, partition, offset }
    })
    const options = { signal, maxRecords: batch }
    for await (const read of admittedMessages(this.#bus, this.#index, from, options)) {
      for (const record of read.admitted) {
        const received = await openReceived(this.#bus, receive(this.#bus, record, sight))
        if (received !== undefined && (expired || !this.#isExpired(received))) yield received
      }
      this.#positions.set(read.partition, read.records.at(-1)!.offset + 1n)
    }
  }

  /** Lost its meaning by the time it is handed over, as the agent's clock has it: a backtest's is its run's. */
  #isExpired({ message, knownFrom }: Received): boolean {
    const now = Math.max(knownFrom, this.#bus.clock.now())
    return message.expires_at !== null && message.expires_at < now
  }

  /** Notes in the log where a durable one stands, if it has moved. */
  async #advance(): Promise<void> {
    const { name, pattern } = this.#options
    const text = textOf(this.#positions)
    if (name === undefined || this.#forgotten || text === this.#advanced) return
    await this.#bus.emitter.emit({
      kind: 'subscription',
      subscription: name,
      op: 'ADVANCED',
      pattern,
      positions: fieldOf(this.#positions),
    })
    this.#advanced = text
  }
}

function fieldOf(positions: MessagePositions): Record<string, number> {
  return Object.fromEntries(
    [...positions].map(([partition, offset]) => [partition, Number(offset)]),
  )
}

function textOf(positions: MessagePositions): string {
  return JSON.stringify(fieldOf(positions))
}
