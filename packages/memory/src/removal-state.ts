import { provenanceOf, sees, type Lens, type Provenance } from './lens.ts'
import type { KnownEvent } from '@waggle/consume'

/** What is to be forgotten in a namespace: by id of the memory, in the order of the log. */
export type RemovalState = Map<string, Provenance[]>

/** Remembers that a memory is in no answer about times from here on; what is said of it later is new. */
export function addRemoval(state: RemovalState, memory: string, known: KnownEvent): void {
  const all = state.get(memory)
  if (all === undefined) state.set(memory, [provenanceOf(known)])
  else all.push(provenanceOf(known))
}

/** The newest removal of a memory that the lens sees. */
export function removalOf(state: RemovalState, memory: string, lens: Lens): Provenance | undefined {
  return state.get(memory)?.findLast((removal) => sees(lens, removal))
}

/** Whether something said of a memory was removed later. */
export function isRemoved(
  state: RemovalState,
  memory: string,
  said: Provenance,
  lens: Lens,
): boolean {
  const removal = state.size === 0 ? undefined : removalOf(state, memory, lens)
  return removal !== undefined && said.position.offset < removal.position.offset
}
