import type { RecallDump } from '@waggle/recall'
import { DurationSketch, type SketchDump } from './duration-sketch.ts'
import { emptyEpisodes, type EpisodeState } from './episode-state.ts'
import type { RowsDump } from './episode-rows.ts'
import type { FramesDump } from './frame-store.ts'
import type { IndexedMemories } from './indexed-memories.ts'
import type { MemoryState, NamespaceMemory, RunMemory, SwarmMemory } from './memory-state.ts'
import type { ProcedureEntry } from './procedure-state.ts'
import type { RunTally } from './run-tally.ts'

/** The state as plain data, by run; what is shared within stays shared. */
export type MemoryDump = ReadonlyMap<string, PlainRun>

interface PlainRun extends Pick<RunMemory, 'time'> {
  readonly swarms: ReadonlyMap<string, PlainSwarm>
}

interface PlainSwarm extends Pick<SwarmMemory, 'compensations' | 'agents' | 'links'> {
  readonly namespaces: ReadonlyMap<string, PlainNamespace>
  readonly episodes: PlainEpisodes
  readonly indexed: Omit<IndexedMemories, 'kinds' | 'steps'>
  readonly recall: RecallDump | undefined
}

/** Without what is decoded to be near: it is decoded again. */
type PlainEpisodes = Omit<EpisodeState, 'frames' | 'hot' | 'retention' | 'rows'> & {
  readonly rows: RowsDump
  readonly frames: FramesDump
}

type PlainNamespace = Omit<NamespaceMemory, 'procedures'> & {
  readonly procedures: Map<string, ProcedureWith<SketchDump>>
}
type ProcedureWith<Durations> = Omit<ProcedureEntry, 'runs'> & {
  readonly runs: Map<number, Map<string, TallyWith<Durations>>>
}
type TallyWith<Durations> = Pick<RunTally, 'recent'> & {
  readonly older: Omit<RunTally['older'], 'durations'> & { readonly durations: Durations }
}

/** To be put into bytes before anything changes; undefined while the index waits for something. */
export function plainMemory({ runs }: MemoryState): MemoryDump | undefined {
  const plain = new Map<string, PlainRun>()
  for (const [run, { time, swarms }] of runs) {
    const all = new Map<string, PlainSwarm>()
    for (const [name, swarm] of swarms) {
      const recall = swarm.index?.dump()
      const waits = swarm.index !== undefined && recall === undefined
      if (waits || swarm.indexed.steps.length > 0) return undefined
      all.set(name, plainSwarm(swarm, recall))
    }
    plain.set(run, { time, swarms: all })
  }
  return plain
}

/** Takes up what `plainMemory` gave, of a memory with the same retention and kinds, in place of nothing. */
export function loadMemory(state: MemoryState, plain: MemoryDump): void {
  for (const [run, { time, swarms }] of plain) {
    const scope = (swarm: string) => ({ run: run === '' ? null : run, swarm })
    const load = (swarm: PlainSwarm, name: string): SwarmMemory => ({
      ...swarmOf(state, swarm, time),
      ...indexOf(state.openIndex?.(scope(name)), swarm.recall, swarm.indexed, state),
    })
    state.runs.set(run, { time, swarms: mapped(swarms, load) })
  }
}

function plainSwarm(swarm: SwarmMemory, recall: RecallDump | undefined): PlainSwarm {
  const { namespaces, episodes, indexed, compensations, agents, links } = swarm
  const { frames, hot: _hot, retention: _retention, rows, ...marks } = episodes
  const { kinds: _kinds, steps: _steps, ...memories } = indexed
  return {
    compensations,
    agents,
    links,
    namespaces: mapped(namespaces, (parts) => ({
      ...parts,
      procedures: withDurations(parts.procedures, (durations) => durations.dump()),
    })),
    episodes: { ...marks, rows: rows.dump(), frames: frames.dump() },
    indexed: memories,
    recall,
  }
}

function swarmOf(
  { retention }: MemoryState,
  { namespaces, episodes, compensations, agents, links }: PlainSwarm,
  time: RunMemory['time'],
): Omit<SwarmMemory, 'index' | 'indexed'> {
  const { rows, frames, ...marks } = episodes
  const loaded = { ...emptyEpisodes(retention), ...marks }
  loaded.rows.load(rows)
  loaded.frames.load(frames)
  return {
    time,
    compensations,
    agents,
    links,
    namespaces: mapped(namespaces, (parts) => ({
      ...parts,
      procedures: withDurations(parts.procedures, sketchOf),
    })),
    episodes: loaded,
  }
}

/** What another embedder made is embedded again before anything is read. */
function indexOf(
  index: SwarmMemory['index'],
  recall: RecallDump | undefined,
  indexed: PlainSwarm['indexed'],
  { indexedKinds: kinds }: MemoryState,
): Pick<SwarmMemory, 'index' | 'indexed'> {
  const isLoaded = index === undefined || recall === undefined || index.load(recall)
  const steps = isLoaded
    ? []
    : recall.documents.map((document) => ({ is: 'added' as const, document }))
  return { index, indexed: { ...indexed, kinds, steps } }
}

function withDurations<D, E>(
  procedures: ReadonlyMap<string, ProcedureWith<D>>,
  change: (durations: D) => E,
): Map<string, ProcedureWith<E>> {
  return mapped(procedures, (entry) => ({
    ...entry,
    runs: mapped(entry.runs, (agents) =>
      mapped(agents, ({ recent, older }) => ({
        recent,
        older: { ...older, durations: change(older.durations) },
      })),
    ),
  }))
}

function sketchOf(dump: SketchDump): DurationSketch {
  const sketch = new DurationSketch()
  sketch.load(dump)
  return sketch
}

function mapped<K, V, W>(map: ReadonlyMap<K, V>, change: (value: V, key: K) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]))
}
