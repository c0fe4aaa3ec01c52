import { isWaggleError, WaggleError } from '@waggle/base'
import type { Memory, MemoryView } from '@waggle/memory'
import { covers, type Principal } from './principal.ts'
import type { Sessions } from './sessions.ts'

export interface Optimised {
  readonly looked_at: number
  readonly changed: number
  readonly text: string
}

interface Scope {
  readonly swarm: string
  readonly run: string | null
}

/** What a swarm has too much of: experiences that another one says, and that nobody used. */
interface Surplus {
  readonly lookedAt: number
  readonly groups: number
  readonly memories: readonly (Memory & { readonly saidBy: string })[]
}

const LOOKED_MOST = 10_000
const REMOVED_MOST = 500

/** Finds near-identical experiences; of each group the most important stays, and whatever was cited or recalled often. */
export async function findSurplus(view: MemoryView, scope: Scope): Promise<Surplus> {
  const all = await view.episodes(scope, { kinds: ['experience'], limit: LOOKED_MOST })
  const memories: Surplus['memories'][number][] = []
  let groups = 0
  for (const namespace of new Set(all.map((memory) => memory.namespace))) {
    for (const group of await view.consolidated(scope, { namespace })) {
      const others = all.filter(({ id }) => id !== group.exemplar.id && group.members.includes(id))
      const surplus = others.filter((memory) => !isUsed(view, scope, memory))
      if (surplus.length > 0) groups++
      memories.push(...surplus.map((memory) => ({ ...memory, saidBy: group.exemplar.id })))
    }
  }
  return { lookedAt: all.length, groups, memories }
}

/** Promoted by what was done with it, not by its own importance. */
function isUsed(view: MemoryView, scope: Scope, { id, knownFrom }: Memory): boolean {
  const promotedAt = view.standing(scope, id)?.promotedAt ?? Infinity
  return Number.isFinite(promotedAt) && promotedAt > knownFrom
}

/** Removes the surplus, each by the agent that said it: from answers from now on, not from the log. */
export async function removeSurplus(
  sessions: Sessions,
  principal: Principal,
  scope: Scope,
  { lookedAt, groups, memories }: Surplus,
  dryRun: boolean,
): Promise<Optimised> {
  if (!dryRun && scope.run !== null)
    throw new WaggleError('INPUT_INVALID', 'What a backtest or fork remembered is a record of it', {
      field: 'run',
    })
  const mine = memories.filter(({ source }) => covers(principal.agents, source))
  let changed = 0
  for (const { id, namespace, source, saidBy } of mine.slice(0, REMOVED_MOST)) {
    const reason = `near-identical to ${saidBy}`
    const removed =
      dryRun || (await forget(sessions, { ...scope, agent: source }, { id, namespace, reason }))
    if (removed) changed++
  }
  const left = memories.length - changed
  const text =
    `${memories.length} of ${lookedAt} experiences are near-identical to one of ${groups} others and unused. ` +
    (dryRun
      ? `${changed} would be removed from answers; all stay in the log.`
      : `${changed} were removed from answers; all stay in the log.`) +
    (left === 0
      ? ''
      : ` ${left} are left: more than one call takes, or not this token's to remove.`)
  return { looked_at: lookedAt, changed, text }
}

async function forget(
  sessions: Sessions,
  speaker: Scope & { readonly agent: string },
  {
    id,
    namespace,
    reason,
  }: { readonly id: string; readonly namespace: string; readonly reason: string },
): Promise<boolean> {
  try {
    await sessions.agent(speaker).forget(id, { namespace, reason })
    return true
  } catch (error) {
    // Gone meanwhile, its agent has left, or has lost the right.
    if (isWaggleError(error, 'NOT_FOUND') || isWaggleError(error, 'AGENT_UNKNOWN')) return false
    if (isWaggleError(error, 'ACCESS_DENIED')) return false
    throw error
  }
}
