import { isWaggleError, type Logger } from '@waggle/base'
import { readView, type Answer, type ReadOptions } from '@waggle/query'
import type { MemberFilter, MemberReport } from '@waggle/view-coordination'
import type { AgentBus } from './coordination-bus.ts'

export interface MembershipOptions {
  readonly role: string
  readonly capabilities?: readonly string[]
  /** Weight it asks for; what others learned of it stands before. */
  readonly weight?: number
  /** Milliseconds of log time after which it counts as lost. */
  readonly ttlMs?: number
  /** Milliseconds of its own clock between heartbeats; a third of the ttl if left out. */
  readonly heartbeatMs?: number
  /** Hears of heartbeats that failed. */
  readonly logger?: Logger
}

/** An agent's membership in its swarm, and what it sees of the other members. */
export interface Membership {
  /** Joins, and begins to send heartbeats; said again it joins anew. */
  join(): Promise<void>
  /** Stops the heartbeats and leaves. */
  leave(): Promise<void>
  /** Stops the heartbeats without leaving: it will count as lost. */
  stop(): Promise<void>
  /** ALIVE and LOST ones if not filtered, by name. */
  members(filter?: MemberFilter, options?: ReadOptions): Promise<Answer<MemberReport[]>>
  /** Those alive that can do this. */
  findByCapability(capability: string, options?: ReadOptions): Promise<Answer<MemberReport[]>>
}

const TTL_MS = 30_000

/** Joins and leaves a swarm for an agent. */
export function createMembership(bus: AgentBus, options: MembershipOptions): Membership {
  const { emitter, clock, coordination } = bus
  const { role, capabilities = [], weight = 1, ttlMs = TTL_MS, logger } = options
  const heartbeatMs = options.heartbeatMs ?? ttlMs / 3
  let life = new AbortController()
  let beating = Promise.resolve()

  /** A heartbeat that fails is not repeated: the next one says the same. */
  const beat = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep(heartbeatMs, signal, true).catch(() => {})
      if (signal.aborted) return
      try {
        await emitter.emit({ kind: 'agent', op: 'HEARTBEAT', role, ttl_ms: ttlMs })
      } catch (error) {
        if (isWaggleError(error, 'LOG_CLOSED')) return
        logger?.warn({ err: error, agent: bus.agent }, `A heartbeat of ${bus.agent} failed`)
      }
    }
  }
  const stop = async (): Promise<void> => {
    life.abort()
    await beating
  }
  const members: Membership['members'] = (filter, read) =>
    readView(coordination, (view) => view.members(bus, filter), read)

  return {
    join: async () => {
      await stop()
      const joining = { op: 'JOINED', role, weight, ttl_ms: ttlMs } as const
      await emitter.emit({ kind: 'agent', ...joining, capabilities: [...capabilities] })
      life = new AbortController()
      beating = beat(life.signal)
    },
    leave: async () => {
      await stop()
      await emitter.emit({ kind: 'agent', op: 'LEFT', role })
    },
    stop,
    members,
    findByCapability: (capability, read) => members({ capability, status: ['ALIVE'] }, read),
  }
}
