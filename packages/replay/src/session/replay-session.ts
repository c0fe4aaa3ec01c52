import { WaggleError, type Clock, type Micros } from '@waggle/base'
import type { EnvelopeView } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import { EVENT_TOPICS, partitionName, type Position } from '@waggle/event'
import { replayTerm } from '../replay-term.ts'
import type { ReplaySource } from '../read-known.ts'
import { sortedEnds } from '../replay.ts'
import type { TrajectoryIndex } from '../trajectory-index/project-trajectories.ts'
import { liveStretches } from './follow-live.ts'
import { Pacer, type ReplaySpeed } from './pacer.ts'
import { isAsked, queryDigest, wantedBy, type ReplayQuery } from './replay-query.ts'
import { decodeResumePoint, encodeResumePoint } from './resume-token.ts'

export interface ReplaySessionOptions extends ReplaySource {
  readonly query: ReplayQuery
  /** Not part of the token: who resumes gives the same again. */
  readonly where?: (envelope: EnvelopeView) => boolean
  readonly index?: TrajectoryIndex
  readonly clock: Clock
  /** `max` if left out. */
  readonly speed?: ReplaySpeed
  /** Goes on where the token was taken; INPUT_INVALID for one of another query. */
  readonly resume?: string
  /** Where it begins instead of the start of the log; of partitions without one, at theirs. Not with `resume`. */
  readonly start?: readonly Position[]
  /** Goes on with what is appended after the start, until the signal aborts; else it ends where the log ended then. */
  readonly follow?: boolean
  /** Does not keep where its pages began, so that it may follow for ever; stepping back then reads from the start. */
  readonly forgets?: boolean
  readonly signal?: AbortSignal
}

type Cursor = ReadonlyMap<string, number>
interface PageStart {
  readonly cursor: Cursor
  size: number
}

/**
 * A replay one can stop, step and go on with. It stands between two events: `next` gives the one behind it and moves on,
 * `previous` gives the one before and moves back. What it gives is a function of the log, the query and the ends
 * of the log at its start, in this process or, by its token, in a later one.
 */
export class ReplaySession {
  readonly #options: ReplaySessionOptions
  readonly #digest: string
  readonly #pacer: Pacer
  readonly #signal: AbortSignal
  #ends: readonly Position[]
  #live: AsyncIterator<KnownEvent[]> | undefined
  /** Where each page begins, up to the one it stands in; and how many events those passed had. */
  #cursors: PageStart[]
  #page: readonly KnownEvent[] = []
  /** Index in the page of the event behind it. */
  #at = 0
  #count: number
  /** Events before the first page: there are some only where it was resumed. */
  #before: number
  #pages: AsyncIterator<KnownEvent[]>
  #gate: PromiseWithResolvers<void> | undefined

  private constructor(
    options: ReplaySessionOptions,
    ends: readonly Position[],
    next: Cursor,
    count: number,
  ) {
    this.#options = options
    this.#digest = queryDigest(options.query)
    this.#pacer = new Pacer(options.clock, options.speed ?? 'max')
    this.#signal = options.signal ?? new AbortController().signal
    this.#ends = ends
    this.#cursors = [{ cursor: next, size: 0 }]
    this.#count = this.#before = count
    this.#pages = this.#open(next)
  }

  static async open(options: ReplaySessionOptions): Promise<ReplaySession> {
    const { log, query, resume, speed = 'max' } = options
    if (speed !== 'max' && !(speed > 0))
      throw new WaggleError('INPUT_INVALID', `Speed ${speed} is not above 0`, { input: speed })
    if (resume === undefined) {
      const from = (options.start ?? []).map(
        (at) => [partitionName(at), Number(at.offset)] as const,
      )
      return new ReplaySession(options, await sortedEnds(log, EVENT_TOPICS), new Map(from), 0)
    }
    const point = decodeResumePoint(resume, queryDigest(query))
    return new ReplaySession(options, point.ends, point.next, point.count)
  }

  /** Number of events before it. */
  get count(): number {
    return this.#count
  }

  /** Where it stands; taken between two events, and good as long as the log is. */
  get token(): string {
    const next = cursorBehind(this.#cursors.at(-1)!.cursor, this.#page.slice(0, this.#at))
    return encodeResumePoint({ query: this.#digest, count: this.#count, next, ends: this.#ends })
  }

  /** The event behind it, at once whatever the speed; undefined at the end. */
  async next(): Promise<KnownEvent | undefined> {
    while (this.#at === this.#page.length) if (!(await this.#turn())) return undefined
    this.#count++
    return this.#page[this.#at++]
  }

  /**
   * The event before it; undefined at the start. Just behind a resume this reads again from the start, and what was
   * followed live comes in the order of replay.
   */
  async previous(): Promise<KnownEvent | undefined> {
    if (this.#count === 0) return undefined
    if (this.#at === 0 && this.#count === this.#before) await this.#skip(this.#count)
    while (this.#at === 0) {
      this.#cursors.pop()
      const { cursor, size } = this.#cursors.at(-1)!
      await this.#load(cursor)
      this.#at = size
    }
    this.#count--
    return this.#page[--this.#at]
  }

  /** Moves before the first event that became known at this time or later. */
  async seek(time: Micros): Promise<void> {
    await this.#skip(0)
    for (;;) {
      const found = this.#page.findIndex(({ knownFrom }) => knownFrom >= time)
      const at = found < 0 ? this.#page.length : found
      this.#count += at - this.#at
      this.#at = at
      if (found >= 0 || !(await this.#turn())) break
    }
    this.#pacer.reset()
  }

  set speed(speed: ReplaySpeed) {
    this.#pacer.speed = speed
  }

  /** Holds `events` back from its next event on; stepping goes on. */
  pause(): void {
    this.#gate ??= Promise.withResolvers<void>()
  }

  resume(): void {
    this.#gate?.resolve()
    this.#gate = undefined
    this.#pacer.reset()
  }

  /** What is behind it, at its speed. Ends with the signal; the token then is that of the next event not given. */
  async *events(): AsyncGenerator<KnownEvent> {
    while (!this.#signal.aborted) {
      if (this.#gate !== undefined) await this.#gate.promise
      while (this.#at === this.#page.length) if (!(await this.#turn())) return
      const known = this.#page[this.#at++]!
      this.#count++
      try {
        if (this.#pacer.holds) await this.#pacer.due(known.knownFrom, this.#signal)
        if (this.#gate !== undefined) await this.#gate.promise
      } catch (error) {
        if (!this.#signal.aborted) throw error
      }
      if (this.#signal.aborted) {
        this.#at--
        this.#count--
        return
      }
      yield known
    }
  }

  /** The same as fast as possible, in batches, for those who want millions. */
  async *batches(): AsyncGenerator<readonly KnownEvent[]> {
    do {
      const rest = this.#page.slice(this.#at)
      this.#at = this.#page.length
      this.#count += rest.length
      if (rest.length > 0) yield rest
    } while (await this.#turn())
  }

  /** Goes on to the next page that there is. */
  async #turn(): Promise<boolean> {
    const start = this.#cursors.at(-1)!
    const cursor = cursorBehind(start.cursor, this.#page)
    const page = await this.#nextPage()
    if (page === undefined) return false
    if (this.#options.forgets === true) {
      this.#cursors = [{ cursor, size: 0 }]
      this.#before = this.#count
    } else if (this.#page.length > 0) {
      start.size = this.#page.length
      this.#cursors.push({ cursor, size: 0 })
    }
    this.#page = page
    this.#at = 0
    return true
  }

  async #nextPage(): Promise<KnownEvent[] | undefined> {
    const page = await this.#pages.next()
    if (page.done !== true) return page.value
    if (this.#options.follow !== true) return undefined
    this.#live ??= liveStretches({
      ...this.#options,
      signal: this.#signal,
      ends: this.#ends,
      onEnds: (ends) => void (this.#ends = ends),
      open: (source, start, ends) => this.#open(start, ends, source),
    })
    const live = await this.#live.next()
    return live.done === true ? undefined : live.value
  }

  /** Back to the start and over so many events. */
  async #skip(count: number): Promise<void> {
    this.#cursors = [{ cursor: new Map(), size: 0 }]
    this.#before = 0
    this.#count = 0
    await this.#load(new Map())
    while (this.#count < count) if ((await this.next()) === undefined) return
  }

  async #load(cursor: Cursor): Promise<void> {
    this.#pages = this.#open(cursor)
    this.#page = (await this.#pages.next()).value ?? []
    this.#at = 0
  }

  async *#open(
    start: Cursor,
    ends = this.#ends,
    source: ReplaySource = this.#options,
  ): AsyncGenerator<KnownEvent[]> {
    const { query, index, where } = this.#options
    const given = index === undefined ? {} : { index }
    const wanted = wantedBy(query, where)
    const batches = replayTerm({ ...source, ...given, ...wanted, start, ends }, query.of)
    for await (const batch of batches) {
      const asked = batch.filter((known) => isAsked(query, known))
      if (asked.length > 0) yield asked
    }
  }
}

/** Backwards, for the last event of each partition is enough: names and offsets of millions are not made. */
function cursorBehind(start: Cursor, events: readonly KnownEvent[]): Cursor {
  const seen = new Map<string, boolean[]>()
  const cursor = new Map(start)
  for (let i = events.length - 1; i >= 0; i--) {
    const { position } = events[i]!
    const partitions = seen.get(position.topic) ?? []
    if (partitions[position.partition] === true) continue
    partitions[position.partition] = true
    seen.set(position.topic, partitions)
    cursor.set(partitionName(position), Number(position.offset) + 1)
  }
  return cursor
}
