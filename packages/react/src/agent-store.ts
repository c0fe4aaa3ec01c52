import type { KnownEventJson, MemoryJson, RememberConflict } from '@waggle/api'
import { GatewayError, type LiveMessage, type WaggleClient } from '@waggle/client'
import { feedOf, type Scope } from './live-feed.ts'
import { createLoader, type Loader } from './loader.ts'
import { withPending, type Pending } from './pending-memories.ts'
import type { AgentMemoryData, RememberDraft, RememberResult } from './types.ts'

export interface AgentStoreOptions extends Scope {
  readonly client: WaggleClient
  readonly agent: string
  /** ISO 8601 or microseconds; undefined is now. */
  readonly asOf: string | undefined
}

/** What one agent has before it, outside of React: it reads while somebody subscribes. */
export interface AgentStore {
  subscribe(onChange: () => void): () => void
  snapshot(): AgentMemoryData
  recall(text: string, limit?: number): Promise<MemoryJson[]>
  remember(draft: RememberDraft): Promise<RememberResult>
}

/** Of each kind. */
const MEMORIES = 50
/** Kinds that `remember` writes; what an agent saw, said and decided has its own place. */
const REMEMBERED = ['experience', 'document'] as const

/** Before the first answer, and where a page is made on a server. */
export function emptyMemory(asOf: string | undefined): AgentMemoryData {
  const nothing = { state: null, signals: [], decisions: [], memories: [] }
  const about = { asOf, sealed: false, freshness: undefined, error: undefined }
  return { status: 'loading', ...nothing, ...about }
}

export function createAgentStore(options: AgentStoreOptions): AgentStore {
  const { client, swarm, run, agent, asOf } = options
  const listeners = new Set<() => void>()
  let data = emptyMemory(asOf)
  let known: readonly MemoryJson[] = []
  let pending: readonly Pending[] = []
  let leave: AbortController | undefined

  const change = (part: Partial<AgentMemoryData>): void => {
    data = { ...data, ...part, memories: withPending(known, pending) }
    for (const listener of listeners) listener()
  }
  const loader = createLoader(
    async (after, signal) => {
      const read = await readAgent(options, after, signal)
      known = read.memories
      change(read.part)
    },
    (error) => change({ error, status: mayHelpLater(error) ? 'reconnecting' : 'failed' }),
  )
  const start = (): void => {
    const own = new AbortController()
    leave = own
    loader.start(own.signal)
    void loader.load('')
    if (asOf !== undefined) return
    const onMessage = (message: LiveMessage): void => {
      if (message.type === 'lost') {
        const error = message.error instanceof Error ? message.error : undefined
        change({ status: 'reconnecting', error })
      }
      if (message.type !== 'events') return
      // The first message of a connection has no events: what came before it may be missing.
      const isNews = message.events.length === 0 || message.events.some(concerns(agent))
      if (isNews || data.status !== 'live') void loader.load(message.token)
    }
    const onError = (error: Error): void => change({ status: 'failed', error })
    const stop = feedOf(client, { swarm, run }).listen({ onMessage, onError })
    own.signal.addEventListener('abort', stop, { once: true })
  }
  const setPending = (next: (now: readonly Pending[]) => readonly Pending[]): void => {
    pending = next(pending)
    change({})
  }
  return {
    snapshot: () => data,
    subscribe: (listener) => {
      listeners.add(listener)
      if (listeners.size === 1) start()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) leave?.abort()
      }
    },
    recall: (text, limit) => recall(options, text, limit),
    remember: createRemember(options, loader, setPending),
  }
}

/** The agent's sight and its newest memories, with everything up to the positions in them. */
async function readAgent(
  { client, agent, asOf, ...scope }: AgentStoreOptions,
  after: string,
  signal: AbortSignal,
): Promise<{ memories: MemoryJson[]; part: Partial<AgentMemoryData> }> {
  const time = asOf === undefined ? {} : { as_of: asOf }
  const asked = { ...scopeOf(scope), ...time, ...(after === '' ? {} : { after }) }
  const newest = async (kind: string): Promise<MemoryJson[]> => {
    const of = { ...asked, namespace: agent, kind, limit: MEMORIES }
    return (await client.call('memories', of, signal)).data
  }
  const [context, ...memories] = await Promise.all([
    client.call('agentContext', { ...asked, agent }, signal),
    ...REMEMBERED.map(newest),
  ])
  const { freshness, past } = context
  const { state, signals, decisions } = context.data
  const shown = { state, signals, decisions, freshness, sealed: past?.sealed ?? false }
  return {
    memories: memories.flat().sort((a, b) => b.known_from - a.known_from),
    part: { ...shown, status: asOf === undefined ? 'live' : 'past', error: undefined },
  }
}

async function recall(
  { client, agent, asOf, ...scope }: AgentStoreOptions,
  text: string,
  limit: number | undefined,
): Promise<MemoryJson[]> {
  const time = asOf === undefined ? {} : { as_of: asOf }
  const body = { text, agent, ...(limit === undefined ? {} : { limit }) }
  return (await client.call('recall', { ...scopeOf(scope), ...time, body })).data
}

function createRemember(
  { client, agent, asOf, ...scope }: AgentStoreOptions,
  loader: Loader,
  setPending: (next: (now: readonly Pending[]) => readonly Pending[]) => void,
): AgentStore['remember'] {
  let drafts = 0
  return async (draft) => {
    if (asOf !== undefined) throw new Error('The past cannot be changed: leave out asOf')
    const name = `pending-${++drafts}`
    setPending((now) => [...now, { name, draft }])
    const rollBack = (): void => setPending((now) => now.filter((one) => one.name !== name))
    try {
      const body = { ...bodyOf(draft), agent }
      const { data: written } = await client.call('remember', { ...scopeOf(scope), body })
      // It stays where it is until it is read.
      setPending((now) => now.map((one) => (one.name === name ? { ...one, written } : one)))
      await loader.load(written.position)
      rollBack()
      return { ok: true, ...written }
    } catch (error) {
      rollBack()
      if (error instanceof GatewayError && error.code === 'VERSION_CONFLICT')
        return { ok: false, conflict: error.problem.conflict as RememberConflict }
      throw error
    }
  }
}

function scopeOf({ swarm, run }: Scope): { swarm: string; run?: string } {
  return { swarm, ...(run === undefined ? {} : { run }) }
}

/** Whether what went wrong passes by itself: the next message of the live tail reads again. */
function mayHelpLater(error: Error): boolean {
  return error instanceof GatewayError && error.problem.retriable
}

function concerns(agent: string): (known: KnownEventJson) => boolean {
  return ({ event }) =>
    event.agent === agent || event['namespace'] === agent || SWARM_KINDS.includes(event.kind)
}

/** What others say that an agent may see, or not see any more. */
const SWARM_KINDS = ['signal', 'acknowledgment', 'escalation', 'quarantine', 'erasure', 'grant']

function bodyOf({ expectedVersion, evidence, ...draft }: RememberDraft) {
  return {
    ...draft,
    ...(evidence === undefined ? {} : { evidence: [...evidence] }),
    ...(expectedVersion === undefined ? {} : { expected_version: expectedVersion }),
  }
}
