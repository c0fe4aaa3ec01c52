import type { Emitter } from '@waggle/emit'
import { AdmissionIndex } from './admission-index.ts'
import { agentBus, type AgentOptions, type CoordinationBus } from './coordination-bus.ts'
import { createMessages, type Messages } from './messages.ts'
import { createSignals, type Signals } from './signals.ts'

/** What one agent does with others. All of it is emitted through the one emitter of its session. */
export interface CoordinatedAgent {
  readonly emitter: Emitter
  readonly messages: Messages
  readonly signals: Signals
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
      }
    },
  }
}
