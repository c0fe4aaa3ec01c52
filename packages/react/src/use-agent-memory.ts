import { useMemo, useSyncExternalStore } from 'react'
import { createAgentStore, emptyMemory, type AgentStore } from './agent-store.ts'
import { useWaggleScope, type WaggleScope } from './provider.tsx'
import type { AgentMemoryData } from './types.ts'

export interface AgentMemoryOptions extends WaggleScope {
  readonly agent: string
  /** As the swarm knew it then, in ISO 8601 or microseconds; now, and kept up to date, if left out. */
  readonly asOf?: string | Date | undefined
}

export type AgentMemory = AgentMemoryData & Pick<AgentStore, 'recall' | 'remember'>

/**
 * What an agent has before it: its state, signals, decisions and memories, live or as of a time. `client` and `swarm` are
 * those of the `WaggleProvider` above where they are left out; it throws where there are none.
 */
export function useAgentMemory(options: AgentMemoryOptions): AgentMemory {
  const given = useWaggleScope()
  const { client = given.client, swarm = given.swarm, run = given.run, agent } = options
  if (client === undefined || swarm === undefined)
    throw new Error('useAgentMemory: give client and swarm, or put it below a WaggleProvider')
  const asOf = options.asOf instanceof Date ? options.asOf.toISOString() : options.asOf
  const store = useMemo(
    () => createAgentStore({ client, swarm, run, agent, asOf }),
    [client, swarm, run, agent, asOf],
  )
  const onServer = useMemo(() => emptyMemory(asOf), [asOf])
  const data = useSyncExternalStore(store.subscribe, store.snapshot, () => onServer)
  return useMemo(() => ({ ...data, recall: store.recall, remember: store.remember }), [data, store])
}
