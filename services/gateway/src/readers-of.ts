import { authorize, type Principal } from './principal.ts'

/**
 * As whom a token reads memory. One that may speak as everyone reads everything; one bound to agents reads as
 * these, so that it sees what one of them may see; `as` names one.
 */
export function readersOf(
  principal: Principal,
  as: string | undefined,
): readonly (string | undefined)[] {
  if (as !== undefined) {
    authorize(principal, { verb: null, agent: as })
    return [as]
  }
  return principal.agents.includes('*') ? [undefined] : principal.agents
}

/** Answers of several readers as one: each item once, in order. */
export async function readAs<T extends { readonly event: { readonly id: string } }>(
  readers: readonly (string | undefined)[],
  ask: (agent: { readonly agent?: string }) => Promise<readonly T[]> | readonly T[],
  order: (a: T, b: T) => number,
): Promise<T[]> {
  const found = new Map<string, T>()
  for (const agent of readers) {
    for (const one of await ask(agent === undefined ? {} : { agent }))
      if (!found.has(one.event.id)) found.set(one.event.id, one)
  }
  return readers.length === 1 ? [...found.values()] : [...found.values()].sort(order)
}
