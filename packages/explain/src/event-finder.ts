import { isWaggleError, WaggleError, type Micros } from '@waggle/base'
import type { KeptCertificate } from '@waggle/certify'
import type { KnownEvent } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import {
  EVENT_TOPICS,
  partitionName,
  positionText,
  topicOf,
  type EventTopic,
  type Position,
  type WaggleEvent,
} from '@waggle/event'
import { partitionOf, partitionsOf, type EventLog } from '@waggle/log'
import {
  cutOf,
  replayTerm,
  type AsOf,
  type Cut,
  type Term,
  type TermOptions,
  type TrajectoryIndex,
} from '@waggle/replay'
import { bankAsOf, type BankView } from '@waggle/reasoning-bank'
import type { Vault } from '@waggle/vault'
import { isKnown, type KnownOf } from './evidence.ts'

/** Where evidence is looked for. */
export interface ExplainSource {
  readonly log: EventLog
  readonly codec: Codec
  /** Where the bytes are taken from, if `log` is a fork's own view of another one: that one. */
  readonly bytes?: Pick<EventLog, 'read'> | undefined
  readonly swarm: string
  /** Null is live. */
  readonly run: string | null
  /** Now if left out. */
  readonly asOf?: AsOf | undefined
  /** Makes it fast; the answer is the same without. */
  readonly index?: TrajectoryIndex | undefined
  /** Knows lessons and verdicts; read from the log where it is left out. */
  readonly bank?: (() => Promise<BankView>) | undefined
  /** Tells whose key is destroyed. */
  readonly vault?: Vault | undefined
  /** Proves that the log holds the events. */
  readonly certified?: KeptCertificate | undefined
}

/** Every topic, those of what decisions rest on first. */
const LIKELY: readonly EventTopic[] = [
  ...new Set<EventTopic>([
    'waggle.observations.v1',
    'waggle.proposals.v1',
    'waggle.signals.v1',
    'waggle.decisions.v1',
    'waggle.recalls.v1',
    'waggle.model-calls.v1',
    'waggle.memories.v1',
    'waggle.bars.v1',
    ...EVENT_TOPICS,
  ]),
]

const FEW = 64
const BARS_READ = 512n

/** Finds admitted events of one swarm and run, before one cut through the log. */
export class EventFinder {
  readonly #source: ExplainSource
  readonly #cut: Cut
  readonly swarm: string
  readonly run: string | null
  readonly #byId = new Map<string, KnownEvent>()

  private constructor(source: ExplainSource, cut: Cut) {
    this.#source = source
    this.#cut = cut
    this.swarm = source.swarm
    this.run = source.run
  }

  static async open(source: ExplainSource): Promise<EventFinder> {
    const ends = await source.log.ends(partitionsOf(source.log, EVENT_TOPICS))
    return new EventFinder(source, cutOf(source.asOf ?? Infinity, ends))
  }

  /** The same before an earlier time; undefined changes nothing. */
  until(at: Micros | undefined): EventFinder {
    if (at === undefined || at >= this.#cut.at) return this
    return new EventFinder(this.#source, { ...this.#cut, at })
  }

  /** How many partitions a topic has. */
  partitionsOf(topic: EventTopic): number {
    return this.#source.log.topics[topic]!
  }

  /** The bank as it stands, or stood. */
  async bank(): Promise<BankView> {
    const { log, codec, vault, bank, asOf = Infinity } = this.#source
    if (bank !== undefined) return bank()
    const { run } = this
    return (await bankAsOf({ log, codec, run, asOf, ...(vault && { vault }) })).view
  }

  /** An event by its id; looked for where decisions mostly have their evidence first. */
  async byId(id: string, topics: readonly EventTopic[] = LIKELY): Promise<KnownEvent | undefined> {
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    for (const topic of topics) {
      const [found] = await this.find({ id }, [topic])
      if (found === undefined) continue
      this.#byId.set(id, found)
      return found
    }
    return undefined
  }

  /** Events with a term, or all, in the order known. */
  async find(term: Term | undefined, topics: readonly EventTopic[]): Promise<KnownEvent[]> {
    const { log, codec, swarm, run, index } = this.#source
    const wanted = new Set<string>(topics)
    const options: TermOptions = {
      log,
      codec,
      swarm,
      run,
      ends: this.#cut.ends.filter(({ topic }) => wanted.has(topic)),
      ...(this.#cut.at === Infinity ? {} : { asOf: this.#cut.at }),
      ...(index === undefined ? {} : { index }),
    }
    const found: KnownEvent[] = []
    for await (const batch of replayTerm(options, term)) found.push(...batch)
    return found
  }

  /** The event at a position; undefined where what stands there is not admitted, or another swarm's or run's. */
  async at(position: Position): Promise<KnownEvent | undefined> {
    const { log } = this.#source
    const end = this.#cut.ends.find((one) => partitionName(one) === partitionName(position))
    if (end === undefined || position.offset >= end.offset) return undefined
    const [record] = await log.read(position, 1)
    if (record === undefined || record.offset !== position.offset) return undefined
    const event = await this.#decodeOwn(record.value)
    if (event === undefined) return undefined
    const found = await this.find({ id: event.id }, [position.topic as EventTopic])
    return found.find((known) => known.position.offset === position.offset)
  }

  /** Events at positions, by their texts; many are read faster at once than one by one. */
  async allAt(positions: readonly Position[]): Promise<Map<string, KnownEvent>> {
    const wanted = new Set(positions.map(positionText))
    const found = new Map<string, KnownEvent>()
    const keep = (known: KnownEvent | undefined): void => {
      if (known !== undefined && wanted.has(positionText(known.position)))
        found.set(positionText(known.position), known)
    }
    if (positions.length <= FEW) {
      for (const position of positions) keep(await this.at(position))
      return found
    }
    const topics = [...new Set(positions.map(({ topic }) => topic as EventTopic))]
    for (const known of await this.find(undefined, topics)) keep(known)
    return found
  }

  /** The bar of an instrument known last; from the end backwards, for bars are many. */
  async lastBar(instrument: string): Promise<KnownOf<'bar'> | undefined> {
    const topic = topicOf('bar')
    const partition = partitionOf(`${this.swarm}/${instrument}`, this.partitionsOf(topic))
    const end = this.#cut.ends.find((one) => one.topic === topic && one.partition === partition)
    for (let stop = end?.offset ?? 0n; stop > 0n;) {
      const offset = stop > BARS_READ ? stop - BARS_READ : 0n
      const records = await this.#source.log.read(
        { topic, partition, offset },
        Number(stop - offset),
      )
      for (const { value, ...position } of records.toReversed()) {
        if (position.offset >= stop) continue
        const event = await this.#decodeOwn(value)
        if (event?.kind !== 'bar' || event.instrument !== instrument) continue
        const known = await this.at(position)
        if (known !== undefined && isKnown(known, 'bar')) return known
      }
      stop = offset
    }
    return undefined
  }

  /** Undefined for what is of another swarm or run, or cannot be read. */
  async #decodeOwn(value: Buffer): Promise<WaggleEvent | undefined> {
    try {
      const event = await this.#source.codec.decode(value)
      return event.swarm === this.swarm && event.run === this.run ? event : undefined
    } catch (error) {
      if (isWaggleError(error)) return undefined
      throw error
    }
  }

  /** The same; NOT_FOUND where there is none. */
  async mustBeAt(position: Position): Promise<KnownEvent> {
    const known = await this.at(position)
    if (known !== undefined) return known
    const input = positionText(position)
    throw new WaggleError('NOT_FOUND', `There is no event of this swarm and run at ${input}`, {
      input,
    })
  }
}

/** NOT_FOUND, said of a claim. */
export function notThere(what: string, input: string): WaggleError {
  return new WaggleError('NOT_FOUND', `There is no ${what} ${input}`, { input })
}
