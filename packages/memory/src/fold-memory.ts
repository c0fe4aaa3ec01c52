import { partitionName } from '@waggle/event'
import { foldCompensations, isErased } from './compensation-state.ts'
import {
  dropEpisodes,
  foldCitations,
  foldEpisode,
  foldRecall,
  foldRemovalOfEpisode,
} from './episode-state.ts'
import {
  namespaceOf,
  runMemoryOf,
  swarmMemoryOf,
  type MemoryEvent,
  type MemoryState,
  type NamespaceMemory,
  type SwarmMemory,
} from './memory-state.ts'

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
  const erased = given.erased || isErased(swarm.compensations, event.subject)
  const known = erased === given.erased ? given : { ...given, erased }
  switch (event.kind) {
    case 'quarantine':
    case 'erasure': {
      const subject = foldCompensations(swarm.compensations, known)
      if (subject !== undefined) dropSubject(swarm, subject)
      break
    }
    case 'observation':
    case 'decision':
    case 'outcome':
    case 'signal':
      foldEpisode(swarm, event.agent, known)
      foldCitations(swarm, known)
      foldOutside(swarm, known)
      break
    case 'recall':
      foldRecall(swarm, known)
      break
    default:
      if ('namespace' in event) foldNamespace(swarm, namespaceOf(swarm, event.namespace), known)
  }
}

/** Events of one namespace, in the order of its partition; a write without the right counts for nothing. */
function foldNamespace(swarm: SwarmMemory, space: NamespaceMemory, known: MemoryEvent): void {
  const { event } = known
  // foldGrants comes here, and ends it where the writer has no right.
  if (event.kind === 'experience') foldEpisode(swarm, event.namespace, known)
  if (event.kind === 'removal') foldRemovalOfEpisode(swarm, space, known)
  // foldKnowledge, foldProcedures, foldTurns, foldDocuments come here; a write refused by one of them cites nothing.
  foldCitations(swarm, known)
}

/** What other topics tell parts, such as outcomes of decisions that an execution caused. */
function foldOutside(_swarm: SwarmMemory, _known: MemoryEvent): void {}

/** An erasure: every part forgets what it holds of the subject, as if it had read `erased` events. */
function dropSubject(swarm: SwarmMemory, subject: string): void {
  dropEpisodes(swarm, subject)
}
