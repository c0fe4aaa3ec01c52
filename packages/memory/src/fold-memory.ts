import type { KnownEvent } from '@waggle/consume'
import { partitionName } from '@waggle/event'
import { emptyCompensations, foldCompensations, isErased } from './compensation-state.ts'
import {
  dropEpisodes,
  foldCitations,
  foldEpisode,
  foldRecall,
  foldRemovalOfEpisode,
} from './episode-state.ts'
import {
  findSwarmMemory,
  namespaceOf,
  runMemoryOf,
  swarmMemoryOf,
  type MemoryEvent,
  type MemoryState,
  type NamespaceMemory,
  type SwarmMemory,
} from './memory-state.ts'
import { dropIndexed, indexPart } from './index-parts.ts'
import { eraseParts, foldParts } from './namespace-parts.ts'
import { foldLinks } from './outcome-links.ts'

/**
 * Event -> state, in place. The order within a partition counts, the order between partitions does not: so
 * the rebuilt memory equals the live one whatever was read first.
 */
export function foldMemory(state: MemoryState, given: MemoryEvent): void {
  const { event, position, knownFrom } = given
  const { time } = runMemoryOf(state, event.run)
  time.clock = Math.max(time.clock, knownFrom)
  time.watermarks.set(partitionName(position), knownFrom)
  if (event.kind === 'tick') return
  const swarm = swarmMemoryOf(state, event)
  const erased = given.erased || isErased(erasuresOf(state, event.swarm), event.subject)
  const known = erased === given.erased ? given : { ...given, erased }
  const heardFrom = swarm.agents.get(event.agent) ?? Infinity
  if (knownFrom < heardFrom) swarm.agents.set(event.agent, knownFrom)
  switch (event.kind) {
    case 'quarantine':
      foldCompensations(swarm.compensations, known)
      break
    case 'erasure':
      foldErasure(state, swarm, known)
      break
    case 'observation':
    case 'decision':
    case 'outcome':
    case 'signal':
      foldEpisode(swarm, event.agent, known)
      foldCitations(swarm, known)
      foldLinks(swarm.links, known)
      break
    case 'recall':
      foldRecall(swarm, known)
      break
    default:
      if ('namespace' in event) foldNamespace(swarm, namespaceOf(swarm, event.namespace), known)
  }
}

/** Keys are a swarm's, not a run's: what is erased live is erased in every run, and no backtest erases anything. */
export function foldErasure({ runs }: MemoryState, swarm: SwarmMemory, known: KnownEvent): void {
  if (known.event.run !== null) return
  const subject = foldCompensations(swarm.compensations, known)
  if (subject === undefined) return
  for (const { swarms } of runs.values()) {
    const memory = swarms.get(known.event.swarm)
    if (memory !== undefined) dropSubject(memory, subject)
  }
}

const NO_ERASURES = emptyCompensations()

function erasuresOf(state: MemoryState, swarm: string) {
  return findSwarmMemory(state, { swarm, run: null })?.compensations ?? NO_ERASURES
}

/** Events of one namespace, in the order of its partition; a write without the right counts for nothing. */
function foldNamespace(swarm: SwarmMemory, space: NamespaceMemory, known: MemoryEvent): void {
  const { event } = known
  if (!foldParts(space, space.name, known)) return
  if (event.kind === 'experience') foldEpisode(swarm, event.namespace, known)
  if (event.kind === 'removal') foldRemovalOfEpisode(swarm, space, known)
  indexPart(swarm, space.name, known)
  foldCitations(swarm, known)
}

/** An erasure: every part forgets what it holds of the subject, as if it had read `erased` events. */
function dropSubject(swarm: SwarmMemory, subject: string): void {
  dropEpisodes(swarm, subject)
  dropIndexed(swarm, subject)
  for (const space of swarm.namespaces.values()) eraseParts(space, subject)
}
