import type { Emitter } from '@waggle/emit'
import { AdmissionIndex } from './admission-index.ts'
import { agentBus, type AgentOptions, type CoordinationBus } from './coordination-bus.ts'
import { createLocks, type Locks } from './locks.ts'
import { createMembership, type Membership, type MembershipOptions } from './membership.ts'
import { createMessages, type Messages } from './messages.ts'
import { createProposals, type Proposals } from './proposals.ts'
import { createSharedMemory, type SharedMemory } from './shared-memory.ts'
import { createSignals, type Signals } from './signals.ts'

/** What one agent does with others. All of it is emitted through the one emitter of its session. */
export interface CoordinatedAgent {
  readonly emitter: Emitter
  readonly messages: Messages
  readonly signals: Signals
  readonly proposals: Proposals
  readonly locks: Locks
  /** A namespace of the swarm's shared memory. */
  memory(namespace: string): SharedMemory
  membership(options: MembershipOptions): Membership
}

export interface Coordination {
  agent(options: AgentOptions): CoordinatedAgent
}

/** The agents' side of a bus, embedded or a cluster's; what agents of one process can share they share. */
export function coordinate(bus: CoordinationBus): Coordination {
  const index = new AdmissionIndex(bus)
  return {
    agent: (options) => {
      const own = agentBus(bus, options)
      return {
        emitter: own.emitter,
        messages: createMessages(own, index),
        signals: createSignals(own),
        proposals: createProposals(own),
        locks: createLocks(own, options.session),
        memory: (namespace) => createSharedMemory(own, namespace),
        membership: (of) => createMembership(own, of),
      }
    },
  }
}
