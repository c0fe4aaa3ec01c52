import { WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import {
  EVENT_TOPICS,
  partitionName,
  positionText,
  type EventTopic,
  type Position,
} from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import {
  cutOf,
  replayTerm,
  type AsOf,
  type Cut,
  type Term,
  type TermOptions,
  type TrajectoryIndex,
} from '@waggle/replay'
import type { Vault } from '@waggle/vault'

/** Where evidence is looked for. */
export interface ExplainSource {
  readonly log: EventLog
  readonly codec: Codec
  readonly swarm: string
  /** Null is live. */
  readonly run: string | null
  /** Now if left out. */
  readonly asOf?: AsOf | undefined
  /** Makes it fast; the answer is the same without. */
  readonly index?: TrajectoryIndex | undefined
  /** Tells whose key is destroyed. */
  readonly vault?: Vault | undefined
}

/** Finds admitted events of one swarm and run, before one cut through the log. */
export class EventFinder {
  readonly #source: ExplainSource
  readonly #cut: Cut
  readonly #byId = new Map<string, KnownEvent | undefined>()

  private constructor(source: ExplainSource, cut: Cut) {
    this.#source = source
    this.#cut = cut
  }

  static async open(source: ExplainSource): Promise<EventFinder> {
    const ends = await source.log.ends(partitionsOf(source.log, EVENT_TOPICS))
    return new EventFinder(source, cutOf(source.asOf ?? Infinity, ends))
  }

  async byId(
    id: string,
    topics: readonly EventTopic[] = EVENT_TOPICS,
  ): Promise<KnownEvent | undefined> {
    if (this.#byId.has(id)) return this.#byId.get(id)
    const [known] = await this.find({ id }, topics)
    if (known !== undefined || topics === EVENT_TOPICS) this.#byId.set(id, known)
    return known
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
    const { log, codec } = this.#source
    const end = this.#cut.ends.find((one) => partitionName(one) === partitionName(position))
    if (end === undefined || position.offset >= end.offset) return undefined
    const [record] = await log.read(position, 1)
    if (record === undefined || record.offset !== position.offset) return undefined
    const { id } = await codec.decode(record.value)
    const found = await this.find({ id }, [position.topic as EventTopic])
    return found.find((known) => known.position.offset === position.offset)
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
