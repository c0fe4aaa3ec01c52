import { WaggleError, type Micros } from '@waggle/base'
import { comparePositions } from '@waggle/event'
import { episodeText } from './episode-text.ts'
import { factsOf, isRemembered, keepNear, type HotEpisode } from './episode-state.ts'
import type { GrantView } from './grant-view.ts'
import { findSwarmMemory, type MemoryState, type SwarmMemory } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { Memory, Tier } from './memory.ts'
import { memoryAt, positionOf, readMemoryAt, type ReadBack } from './read-episode.ts'
import {
  forgottenAt,
  promotedAt,
  termAt,
  tierAt,
  type EpisodeKind,
  type Term,
} from './tier-rule.ts'

export interface EpisodeRead {
  /** Only what was known by then, in microseconds; the log's clock if left out. */
  readonly asOf?: Micros
  /** Who asks: only what this agent may read. Everything if left out. */
  readonly agent?: string
}

export interface EpisodeFilter extends EpisodeRead {
  readonly kinds?: readonly EpisodeKind[]
  readonly namespace?: string
  /** Agent that said it. */
  readonly source?: string
  /** Type of an experience, domain of an observation or signal, action of a decision. */
  readonly type?: string
  /** What happened within [from, to). */
  readonly from?: Micros
  readonly to?: Micros
  /** Experiences with all of these tags. */
  readonly tags?: readonly string[]
  /** All of these words, whatever their case. */
  readonly words?: readonly string[]
  /** Most answers, 1 to 10,000; 100 if left out. */
  readonly limit?: number
}

export interface EpisodeStanding {
  readonly term: Term
  readonly tier: Tier
  /** Infinity where it never was. */
  readonly promotedAt: Micros
  /** Infinity where it is kept for ever. */
  readonly forgottenAt: Micros
  readonly recalls: number
}

/** Experiences, observations, decisions, outcomes and signals. AS_OF_TOO_OLD for times before what was forgotten. */
export interface EpisodeView {
  /** By id, from memory: undefined also where only the log has its content (see `standing`). */
  episode(scope: MemoryScope, id: string, read?: EpisodeRead): Memory | undefined
  /** By id, from the log where it is archived. */
  readEpisode(scope: MemoryScope, id: string, read?: EpisodeRead): Promise<Memory | undefined>
  /** Newest first, by when it happened. */
  episodes(scope: MemoryScope, filter?: EpisodeFilter): Promise<Memory[]>
  standing(scope: MemoryScope, id: string, read?: EpisodeRead): EpisodeStanding | undefined
}

const LIMIT_MAX = 10_000

export type Rights = Pick<GrantView, 'mayRead'>

/** Whether who asks may read a namespace. */
export type CanRead = (namespace: string) => boolean

export function createEpisodeView(
  state: MemoryState,
  rights: Rights,
  readBack?: ReadBack,
): EpisodeView {
  const rowOf = (scope: MemoryScope, id: string, read: EpisodeRead): number | undefined => {
    const swarm = findSwarmMemory(state, scope)
    if (swarm === undefined) return undefined
    const time = timeOf(swarm, read.asOf)
    const at = swarm.episodes.rows.rowOf(id)
    if (at === undefined || !isRemembered(swarm, at, time)) return undefined
    const namespace = swarm.episodes.rows.text('namespace', at)
    return readerOf(rights, scope, read)(namespace) ? at : undefined
  }
  return {
    episode: (scope, id, read = NOW) => {
      const swarm = findSwarmMemory(state, scope)
      const near = swarm?.episodes.hot.get(id)
      if (near !== undefined && isPlainlyThere(swarm!, near, read)) return near.memory
      const at = rowOf(scope, id, read)
      const memory = at === undefined ? undefined : memoryAt(swarm!, at)
      if (memory !== undefined && near === undefined)
        keepNear(swarm!.episodes, memory, swarm!.episodes.rows.time('ttl', at!))
      return memory
    },
    readEpisode: async (scope, id, read = NOW) => {
      const swarm = findSwarmMemory(state, scope)
      const at = rowOf(scope, id, read)
      return at === undefined ? undefined : readMemoryAt(swarm!, at, readBack)
    },
    episodes: async (scope, filter = {}) => {
      const swarm = findSwarmMemory(state, scope)
      return swarm === undefined
        ? []
        : findEpisodes(swarm, filter, readerOf(rights, scope, filter), readBack)
    },
    standing: (scope, id, read = NOW) => {
      const swarm = findSwarmMemory(state, scope)
      const at = rowOf(scope, id, read)
      return at === undefined ? undefined : standingOf(swarm!, at, timeOf(swarm!, read.asOf))
    },
  }
}

const NOW: EpisodeRead = {}

/** Without an agent the question is the system's own. */
export function readerOf(
  { mayRead }: Rights,
  scope: MemoryScope,
  { agent, asOf }: EpisodeRead,
): CanRead {
  return (namespace) => agent === undefined || mayRead(scope, agent, namespace, asOf)
}

/** The time an answer is about. AS_OF_TOO_OLD where something that may belong into it was dropped. */
export function timeOf({ time, episodes }: SwarmMemory, asOf: Micros | undefined): Micros {
  if (asOf === undefined) return time.clock
  if (asOf >= episodes.horizon) return asOf
  throw new WaggleError(
    'AS_OF_TOO_OLD',
    `What was forgotten before ${episodes.horizon} is no longer here, asked for ${asOf}`,
    { field: 'asOf', input: asOf },
  )
}

/** The short way for the most frequent question: something new, in a swarm that nothing was taken back in. */
function isPlainlyThere(
  { time, episodes, compensations }: SwarmMemory,
  { keptUntil }: HotEpisode,
  { asOf, agent }: EpisodeRead,
): boolean {
  return (
    asOf === undefined &&
    agent === undefined &&
    time.clock < keptUntil &&
    episodes.removals.size === 0 &&
    compensations.quarantines.size === 0
  )
}

function standingOf({ episodes }: SwarmMemory, at: number, time: Micros): EpisodeStanding {
  const { retention, recalls, rows } = episodes
  const facts = factsOf(episodes, at)
  return {
    term: termAt(facts, retention, time),
    tier: tierAt(facts, retention, time),
    promotedAt: promotedAt(facts, retention),
    forgottenAt: forgottenAt(facts, retention),
    recalls: recalls.get(rows.id(at))?.count ?? 0,
  }
}

async function findEpisodes(
  swarm: SwarmMemory,
  filter: EpisodeFilter,
  canRead: CanRead,
  readBack: ReadBack | undefined,
): Promise<Memory[]> {
  const { limit = 100 } = filter
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw new WaggleError('INPUT_INVALID', `limit ${limit} is not 1 to ${LIMIT_MAX}`)
  const found: Memory[] = []
  // By id: rows may move while the log is read.
  const { rows } = swarm.episodes
  for (const id of matchingRows(swarm, filter, canRead).map((at) => rows.id(at))) {
    const at = rows.rowOf(id)
    const memory = at === undefined ? undefined : await readMemoryAt(swarm, at, readBack)
    if (memory !== undefined && saysAll(memory, filter)) found.push(memory)
    if (found.length === limit) break
  }
  return found
}

/** Rows that match by their facts, newest first. */
export function matchingRows(
  swarm: SwarmMemory,
  filter: EpisodeFilter,
  canRead: CanRead,
): number[] {
  const { rows } = swarm.episodes
  const { from = -Infinity, to = Infinity } = filter
  const time = timeOf(swarm, filter.asOf)
  const kinds = new Set(filter.kinds)
  const texts = (['namespace', 'type'] as const).map((name) => [name, filter[name]] as const)
  const wanted = [...texts, ['agent', filter.source] as const].flatMap(([name, text]) =>
    text === undefined ? [] : [[name, rows.numberOf(text) ?? -1] as const],
  )
  const readable = new Map<number, boolean>()
  const isReadable = (at: number): boolean => {
    const number = rows.textNumber('namespace', at)
    const known = readable.get(number) ?? canRead(rows.texts[number]!)
    readable.set(number, known)
    return known
  }
  const found: number[] = []
  for (let at = 0; at < rows.end; at++) {
    if (!rows.has(at)) continue
    const occurredAt = rows.time('occurredAt', at)
    if (occurredAt < from || occurredAt >= to) continue
    if (kinds.size > 0 && !kinds.has(rows.kind(at))) continue
    if (!wanted.every(([name, number]) => rows.textNumber(name, at) === number)) continue
    if (isReadable(at) && isRemembered(swarm, at, time)) found.push(at)
  }
  const newer = (a: number, b: number): number =>
    rows.time('occurredAt', b) - rows.time('occurredAt', a) ||
    comparePositions(positionOf(swarm, b), positionOf(swarm, a))
  return found.sort(newer)
}

function saysAll({ event }: Memory, { tags = [], words = [] }: EpisodeFilter): boolean {
  if (tags.length > 0 && event.kind !== 'experience') return false
  if (event.kind === 'experience' && !tags.every((tag) => event.tags.includes(tag))) return false
  if (words.length === 0) return true
  const text = episodeText(event).toLowerCase()
  return words.every((word) => text.includes(word.toLowerCase()))
}
