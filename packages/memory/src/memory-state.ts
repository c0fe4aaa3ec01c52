import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { PARTITIONS, partitionName, type TopicPartition } from '@waggle/event'
import { emptyCompensations, type CompensationState } from './compensation-state.ts'
import { emptyEpisodes, type EpisodeState } from './episode-state.ts'
import type { Frame } from './frame-store.ts'
import { emptyIndexed, type IndexedMemories } from './indexed-memories.ts'
import type { MemoryIndex } from './late-index.ts'
import type { MemoryKind } from './memory.ts'
import type { MemoryScope } from './memory-view.ts'
import { emptyParts, type NamespaceParts } from './namespace-parts.ts'
import { emptyLinks, type OutcomeLinks } from './outcome-links.ts'
import { parseRetention, type RetentionConfig, type RetentionInput } from './tier-rule.ts'

/** Topics that memory lives on. */
export const MEMORY_TOPICS = [
  'waggle.compensations.v1',
  'waggle.decisions.v1',
  'waggle.memories.v1',
  'waggle.observations.v1',
  'waggle.outcomes.v1',
  'waggle.recalls.v1',
  'waggle.signals.v1',
] as const

/** An admitted event on its way into memory. */
export interface MemoryEvent extends KnownEvent {
  /** Its bytes; a store may keep them instead of the decoded event. */
  readonly frame: Frame
  /**
   * True where a subject of it was erased: its texts are not to be had, so nothing of them is remembered. Its
   * place counts all the same (versions, ownership, citations), or a rebuild would count otherwise than the
   * view that had read it before the erasure.
   */
  readonly erased: boolean
}

/** Time in a run, as every partition tells it. */
export interface RunTime {
  /** Largest known_from seen: the clock by which memories age. */
  clock: Micros
  /** Largest known_from by partition name. */
  readonly watermarks: Map<string, Micros>
}

/**
 * Everything remembered of one swarm in one run. A namespace lives in one partition, so its state is a fold of
 * that partition's order; what comes from other partitions is kept so that their order does not matter.
 */
export interface SwarmMemory {
  /** Finds memories by what they say; undefined where the projection has no index. */
  readonly index: MemoryIndex | undefined
  readonly time: RunTime
  readonly namespaces: Map<string, NamespaceMemory>
  readonly episodes: EpisodeState
  readonly indexed: IndexedMemories
  readonly compensations: CompensationState
  /** Who said something, and since when that is known. */
  readonly agents: Map<string, Micros>
  readonly links: OutcomeLinks
}

/** What one namespace holds; each part has its own file with its rules. */
export interface NamespaceMemory extends NamespaceParts {
  readonly name: string
}

export interface RunMemory {
  readonly time: RunTime
  readonly swarms: Map<string, SwarmMemory>
}

export interface MemoryState {
  readonly retention: RetentionConfig
  /** What can be recalled by its text. */
  readonly indexedKinds: ReadonlySet<MemoryKind>
  readonly openIndex: ((scope: MemoryScope) => MemoryIndex) | undefined
  /** Every partition that memory lives on: what all of them have passed is sealed. */
  readonly partitions: readonly (TopicPartition & { readonly name: string })[]
  /** By run; '' is live. */
  readonly runs: Map<string, RunMemory>
}

export interface MemoryStateOptions {
  readonly retention?: RetentionInput
  readonly indexedKinds?: readonly MemoryKind[]
  /** Makes the index of one swarm's run; memories cannot be recalled by their text without. */
  readonly openIndex?: (scope: MemoryScope) => MemoryIndex
  /** Number of partitions by topic; those of the bus if left out. */
  readonly topics?: Readonly<Record<string, number>>
}

/**
 * What agents wrote down to be found again. Observations and signals come by the million and are found by id,
 * time, domain and words; to index their texts too costs a vector each.
 */
export const INDEXED_KINDS: readonly MemoryKind[] = [
  'concept',
  'document',
  'experience',
  'fact',
  'procedure',
  'turn',
]

export function emptyMemoryState({
  retention = {},
  indexedKinds = INDEXED_KINDS,
  openIndex,
  topics = PARTITIONS,
}: MemoryStateOptions = {}): MemoryState {
  return {
    openIndex,
    partitions: MEMORY_TOPICS.flatMap((topic) =>
      Array.from({ length: topics[topic] ?? 0 }, (_, partition) => ({
        topic,
        partition,
        name: partitionName({ topic, partition }),
      })),
    ),
    retention: parseRetention(retention),
    indexedKinds: new Set(indexedKinds),
    runs: new Map(),
  }
}

export function emptyNamespace(name: string): NamespaceMemory {
  return { name, ...emptyParts() }
}

/** The swarm's memory in a run, made where there is none. */
export function swarmMemoryOf(state: MemoryState, { run, swarm: name }: MemoryScope): SwarmMemory {
  const { time, swarms } = runMemoryOf(state, run)
  let swarm = swarms.get(name)
  if (swarm === undefined) {
    swarm = {
      index: state.openIndex?.({ run, swarm: name }),
      time,
      namespaces: new Map(),
      episodes: emptyEpisodes(state.retention),
      indexed: emptyIndexed(state.indexedKinds),
      compensations: emptyCompensations(),
      agents: new Map(),
      links: emptyLinks(),
    }
    swarms.set(name, swarm)
  }
  return swarm
}

export function runMemoryOf({ runs }: MemoryState, run: string | null): RunMemory {
  let memory = runs.get(run ?? '')
  if (memory === undefined) {
    memory = { time: { clock: 0, watermarks: new Map() }, swarms: new Map() }
    runs.set(run ?? '', memory)
  }
  return memory
}

/** The swarm's memory in a run; undefined where nothing was seen of it. */
export function findSwarmMemory(
  { runs }: MemoryState,
  { run, swarm }: MemoryScope,
): SwarmMemory | undefined {
  return runs.get(run ?? '')?.swarms.get(swarm)
}

/** The namespace, made where there is none. */
export function namespaceOf({ namespaces }: SwarmMemory, name: string): NamespaceMemory {
  let namespace = namespaces.get(name)
  if (namespace === undefined) namespaces.set(name, (namespace = emptyNamespace(name)))
  return namespace
}

/** Nothing that is still to come in the run can count as known before this time. */
export function sealedBefore({ partitions }: MemoryState, { watermarks }: RunTime): Micros {
  let least = Infinity
  for (const { name } of partitions) least = Math.min(least, watermarks.get(name) ?? -Infinity)
  return least
}
