import { subjectsOf } from '@waggle/vault'
import {
  documentNamed,
  eraseDocuments,
  foldDocument,
  type DocumentState,
} from './document-state.ts'
import {
  emptyGrants,
  foldGrant,
  takePossession,
  writeRefusal,
  type GrantState,
} from './grant-state.ts'
import {
  emptyKnowledge,
  eraseKnowledge,
  foldKnowledge,
  type KnowledgeState,
} from './knowledge-state.ts'
import { provenanceOf } from './lens.ts'
import type { MemoryEvent } from './memory-state.ts'
import {
  eraseProcedures,
  foldExecution,
  foldProcedure,
  type ProcedureState,
} from './procedure-state.ts'
import { addRefusal, emptyRefusals, type Refusal, type RefusalState } from './refusal-state.ts'
import { addRemoval, type RemovalState } from './removal-state.ts'
import { eraseTurns, foldTurn, type TurnState } from './turn-state.ts'

/** What one namespace holds beside episodes: a pure fold of its partition, whoever is trusted. */
export interface NamespaceParts {
  readonly grants: GrantState
  readonly refusals: RefusalState
  readonly removals: RemovalState
  readonly knowledge: KnowledgeState
  readonly procedures: ProcedureState
  readonly turns: TurnState
  readonly documents: DocumentState
}

export function emptyParts(): NamespaceParts {
  return {
    grants: emptyGrants(),
    refusals: emptyRefusals(),
    removals: new Map(),
    knowledge: emptyKnowledge(),
    procedures: new Map(),
    turns: new Map(),
    documents: new Map(),
  }
}

/**
 * Takes an event of the namespace in place. False where it counts for nothing: the writer has no right, or it was
 * made for another version; the refusal is remembered.
 */
export function foldParts(parts: NamespaceParts, namespace: string, known: MemoryEvent): boolean {
  const refusal = writeRefusal(parts.grants, namespace, known) ?? takeEvent(parts, known)
  if (refusal === undefined) takePossession(parts.grants, namespace, known)
  else addRefusal(parts.refusals, known, refusal)
  return refusal === undefined
}

/** Forgets what is about a subject, for all times. */
export function eraseParts(parts: NamespaceParts, subject: string): void {
  const isGone = (event: { readonly subject: string | null }): boolean =>
    subjectsOf(event.subject).includes(subject)
  eraseKnowledge(parts.knowledge, isGone)
  eraseProcedures(parts.procedures, isGone)
  eraseTurns(parts.turns, isGone)
  eraseDocuments(parts.documents, isGone)
}

function takeEvent(parts: NamespaceParts, known: MemoryEvent): Refusal | undefined {
  const { event } = known
  switch (event.kind) {
    case 'grant':
      foldGrant(parts.grants, { ...known, event })
      return undefined
    case 'concept':
    case 'relation':
    case 'fact':
      return foldKnowledge(parts.knowledge, known)
    case 'procedure':
      return foldProcedure(parts.procedures, { ...known, event })
    case 'execution':
      return foldExecution(parts.procedures, { ...known, event })
    case 'turn':
      foldTurn(parts.turns, { ...known, event })
      return undefined
    case 'document':
      return foldDocument(parts.documents, { ...known, event })
    case 'removal':
      remove(parts, event.memory, known)
      return undefined
    default:
      return undefined
  }
}

/** What is kept in versions ends; what happened once is marked. Removing what is not there does nothing. */
function remove(parts: NamespaceParts, memory: string, known: MemoryEvent): void {
  const colon = memory.indexOf(':')
  const name = memory.slice(colon + 1)
  const removals = {
    concept: () => parts.knowledge.concepts.get(name)?.removals,
    procedure: () => parts.procedures.get(name)?.versions.removals,
    document: () => documentNamed(parts.documents, name)?.removals,
    conversation: () => parts.turns.get(name)?.removals,
  }
  const kind = memory.slice(0, Math.max(colon, 0))
  if (Object.hasOwn(removals, kind))
    removals[kind as keyof typeof removals]()?.push(provenanceOf(known))
  else addRemoval(parts.removals, memory, known)
}
