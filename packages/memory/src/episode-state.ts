import type { Micros } from '@waggle/base'
import type { WaggleEvent } from '@waggle/event'
import { subjectsOf } from '@waggle/vault'
import { isTrusted, type CompensationState } from './compensation-state.ts'
import { EpisodeRows, NO_SLAB } from './episode-rows.ts'
import { episodeText, evidenceOf, typeOf } from './episode-text.ts'
import { FrameStore } from './frame-store.ts'
import { recallDocumentOf } from './indexed-memories.ts'
import type { Memory } from './memory.ts'
import type { MemoryEvent, NamespaceMemory, SwarmMemory } from './memory-state.ts'
import { RecentMap } from './recent-map.ts'
import { forgottenAt, type EpisodeKind, type RetentionConfig, type TierFacts } from './tier-rule.ts'

/**
 * What happened, by id. Facts about an episode (rows and marks) are the state; its content is in the hot map, a
 * slab, or only in the log, and where that is changes no answer.
 *
 * Events of other partitions say things about an episode that may not have been read yet: who cited, recalled
 * or removed it. Such a mark counts if the episode was known at most the as-of window later; older marks of unknown
 * ids go once every partition has passed them, so that nothing that may still count is lost and
 * nothing piles up.
 */
export interface EpisodeState {
  readonly retention: RetentionConfig
  readonly rows: EpisodeRows
  readonly frames: FrameStore
  /** Decoded, bounded: what is new, and what was looked up. */
  readonly hot: RecentMap<HotEpisode>
  /** Events about a subject, in the clear: never packed, so that an erasure finds all there is. */
  readonly opened: Map<string, WaggleEvent>
  readonly bySubject: Map<string, Set<string>>
  readonly recalls: Map<string, Recalls>
  readonly removals: Map<string, Removal[]>
  readonly pending: Map<string, Mark[]>
  /** Rows and marks added since forgotten ones were looked for. */
  sinceSweep: number
  /** Events whose subject was erased. */
  erased: number
  /** Ends of life up to here were dropped: the live view has no answers about earlier times. */
  horizon: Micros
}

export interface HotEpisode {
  readonly memory: Memory
  /** Not forgotten before this time, whatever else becomes of it. */
  readonly keptUntil: Micros
}

export interface Recalls {
  /** The first ones, as many as promote. */
  readonly first: Micros[]
  last: Micros
  count: number
}

/** Counts as long as its source is trusted. */
export interface Removal {
  readonly source: string
  readonly at: Micros
}

interface Mark {
  readonly is: 'cited' | 'recalled' | 'removed'
  readonly at: Micros
  readonly source: string
  /** Of a removal: only what is in this namespace. */
  readonly namespace: string | null
}

export const HOT_MAX = 20_000

export function emptyEpisodes(retention: RetentionConfig): EpisodeState {
  return {
    retention,
    rows: new EpisodeRows(),
    frames: new FrameStore(),
    hot: new RecentMap(HOT_MAX),
    opened: new Map(),
    bySubject: new Map(),
    recalls: new Map(),
    removals: new Map(),
    pending: new Map(),
    sinceSweep: 0,
    erased: 0,
    horizon: -Infinity,
  }
}

/** Takes an episode in place. */
export function foldEpisode(swarm: SwarmMemory, namespace: string, known: MemoryEvent): void {
  const { event, position, knownFrom } = known
  const { episodes } = swarm
  if (known.erased) {
    episodes.erased++
    return
  }
  const kind = event.kind as EpisodeKind
  const { importance, ttl } = ownTerms(event)
  const type = typeOf(event)
  const { agent: source, id, occurred_at: occurredAt } = event
  const { partition } = position
  const offset = Number(position.offset)
  const { rows } = episodes
  if (rows.rowOf(id) !== undefined) return
  episodes.sinceSweep++
  const at = rows.add({
    id,
    kind,
    agent: source,
    namespace,
    type,
    partition,
    offset,
    knownFrom,
    occurredAt,
    importance,
    ttl,
  })
  if (event.subject === null) rows.setFrame(at, episodes.frames.put(known.frame, knownFrom))
  else keepOpened(episodes, event, at, known.frame.bytes.length)
  const memory: Memory = { id, kind, namespace, event, source, position, knownFrom, version: 1 }
  keepNear(episodes, memory, ttl)
  if (swarm.indexed.kinds.has(kind)) {
    const document = recallDocumentOf(memory, episodeText(event))
    swarm.indexed.steps.push({ is: 'added', document })
  }
  const marks = episodes.pending.get(id)
  if (marks === undefined) return
  episodes.pending.delete(id)
  for (const mark of marks) applyMark(swarm, at, mark)
}

/** Holds a memory decoded for the next lookup. */
export function keepNear({ hot, retention }: EpisodeState, memory: Memory, ttl: number): void {
  const { id, kind, knownFrom } = memory
  const { shortMs } = retention.retention[kind as EpisodeKind]
  const keptUntil = knownFrom + (Number.isNaN(ttl) ? shortMs * 1000 : ttl)
  hot.set(id, { memory, keptUntil }, knownFrom)
}

/** Events that an event rests on are cited by it. */
export function foldCitations(swarm: SwarmMemory, { event, knownFrom }: MemoryEvent): void {
  for (const id of evidenceOf(event))
    mark(swarm, id, { is: 'cited', at: knownFrom, source: event.agent, namespace: null })
}

export function foldRecall(swarm: SwarmMemory, { event, knownFrom }: MemoryEvent): void {
  if (event.kind !== 'recall') return
  for (const { memory } of event.found)
    mark(swarm, memory, { is: 'recalled', at: knownFrom, source: event.agent, namespace: null })
}

/** Ids of episodes are ids of events; what has a name is removed by its own part. */
export function foldRemovalOfEpisode(
  swarm: SwarmMemory,
  { name: namespace }: NamespaceMemory,
  { event, knownFrom }: MemoryEvent,
): void {
  if (event.kind !== 'removal') return
  mark(swarm, event.memory, { is: 'removed', at: knownFrom, source: event.agent, namespace })
}

/** Drops everything of a subject, for all times. */
export function dropEpisodes(swarm: SwarmMemory, subject: string): void {
  const { episodes, indexed } = swarm
  const ids = [...(episodes.bySubject.get(subject) ?? [])]
  for (const id of ids) dropRow(episodes, episodes.rows.rowOf(id)!)
  episodes.erased += ids.length
  episodes.bySubject.delete(subject)
  if (ids.length > 0) indexed.steps.push({ is: 'dropped', keys: ids })
}

export function factsOf({ rows, recalls, retention }: EpisodeState, at: number): TierFacts {
  const knownFrom = rows.time('knownFrom', at)
  const ttl = rows.time('ttl', at)
  const importance = rows.time('importance', at)
  const recalled = recalls.size === 0 ? undefined : recalls.get(rows.id(at))
  return {
    kind: rows.kind(at),
    knownFrom,
    importance: Number.isNaN(importance) ? null : importance,
    ttl: Number.isNaN(ttl) ? null : ttl,
    citedAt: Math.max(knownFrom, rows.time('citedAt', at)),
    recalledOftenAt: Math.max(knownFrom, recalled?.first[retention.recallsMin - 1] ?? Infinity),
    lastRecalledAt: recalled?.last ?? -Infinity,
  }
}

/** Whether it is in answers about a time: known, not forgotten, not removed, from a trusted source. */
export function isRemembered(swarm: SwarmMemory, at: number, time: Micros): boolean {
  const { rows } = swarm.episodes
  const said = rows.time('knownFrom', at)
  return (
    isTrusted(swarm.compensations, rows.text('agent', at), said, time) && isKept(swarm, at, time)
  )
}

/** The same, of a source that is trusted. */
export function isKept(
  { episodes, compensations }: SwarmMemory,
  at: number,
  time: Micros,
): boolean {
  const { rows, removals, retention } = episodes
  if (rows.time('knownFrom', at) > time) return false
  if (removals.size > 0 && isRemovedAt(compensations, removals.get(rows.id(at)), time)) return false
  return time < forgottenAt(factsOf(episodes, at), retention)
}

/** Whether one of the removals, of a source that is trusted, was known by then. */
export function isRemovedAt(
  compensations: CompensationState,
  removals: readonly Removal[] | undefined,
  time: Micros,
): boolean {
  if (removals === undefined) return false
  return removals.some(({ source, at }) => at <= time && isTrusted(compensations, source, at, time))
}

/** Takes a row out with all that hangs on it. */
export function dropRow(episodes: EpisodeState, at: number): void {
  const { rows, frames, hot, opened, bySubject, recalls, removals } = episodes
  const id = rows.id(at)
  const frame = rows.frame(at)
  if (frame.slab !== NO_SLAB) frames.release(frame)
  for (const subject of subjectsOf(opened.get(id)?.subject ?? null))
    bySubject.get(subject)?.delete(id)
  hot.delete(id)
  for (const map of [opened, recalls, removals]) map.delete(id)
  rows.remove(at)
}

function ownTerms(event: WaggleEvent): { readonly importance: number; readonly ttl: number } {
  if (event.kind !== 'experience') return { importance: NaN, ttl: NaN }
  return {
    importance: event.importance,
    ttl: event.ttl_ms === null ? NaN : event.ttl_ms * 1000,
  }
}

function keepOpened(
  { rows, opened, bySubject }: EpisodeState,
  event: WaggleEvent,
  at: number,
  length: number,
): void {
  rows.setFrame(at, { slab: NO_SLAB, start: 0, length })
  opened.set(event.id, event)
  for (const subject of subjectsOf(event.subject)) {
    const ids = bySubject.get(subject) ?? new Set()
    bySubject.set(subject, ids.add(event.id))
  }
}

function mark(swarm: SwarmMemory, id: string, given: Mark): void {
  const { rows, pending } = swarm.episodes
  const at = rows.rowOf(id)
  if (at !== undefined) return applyMark(swarm, at, given)
  swarm.episodes.sinceSweep++
  const marks = pending.get(id)
  if (marks === undefined) pending.set(id, [given])
  else marks.push(given)
}

function applyMark({ episodes }: SwarmMemory, at: number, given: Mark): void {
  const { rows, recalls, removals, retention, frames } = episodes
  if (rows.time('knownFrom', at) > given.at + retention.asOfWindowMs * 1000) return
  const id = rows.id(at)
  if (given.is === 'cited') {
    if (given.at < rows.time('citedAt', at)) rows.setCitedAt(at, given.at)
  } else if (given.is === 'removed') {
    if (rows.text('namespace', at) !== given.namespace) return
    removals.set(id, [...(removals.get(id) ?? []), { source: given.source, at: given.at }])
  } else {
    const known = recalls.get(id) ?? { first: [], last: -Infinity, count: 0 }
    recalls.set(id, known)
    known.first.push(given.at)
    known.first.sort((a, b) => a - b)
    known.first.splice(retention.recallsMin)
    known.last = Math.max(known.last, given.at)
    known.count++
    // Promotion: what is recalled moves next to what is new, and stays as long.
    const frame = rows.frame(at)
    if (frame.slab === NO_SLAB || frames.isCompressed(frame) !== true) return
    rows.setFrame(at, frames.put(frames.get(frame)!, given.at))
    frames.release(frame)
  }
}
