import {
  deltaChannelHistoryTests,
  validate,
  type CheckpointSaverTestInitializer,
} from '@langchain/langgraph-checkpoint-validation'
import { createAgent, type Agent } from '@waggle/agent'
import { agentShelf } from '@waggle/agent-adapters'
import { WaggleSaver } from '@waggle/agent-adapters/langgraph'
import { systemClock } from '@waggle/base'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'
import { memoryShelf } from '../support/memory-shelf.ts'

// The published suite takes its functions from the global scope.
Object.assign(globalThis, { describe, it, expect, beforeAll, beforeEach, afterAll, afterEach })

let bus: OpenAgentBus
let agent: Agent
let namespaces = 0

const onMap: CheckpointSaverTestInitializer<WaggleSaver> = {
  checkpointerName: 'WaggleSaver on a map',
  createCheckpointer: () => new WaggleSaver({ checkpoints: memoryShelf(), writes: memoryShelf() }),
}
const onBus: CheckpointSaverTestInitializer<WaggleSaver> = {
  checkpointerName: 'WaggleSaver on the bus',
  createCheckpointer: () => {
    const namespace = `graphs-${++namespaces}`
    return new WaggleSaver({
      checkpoints: agentShelf(agent, { namespace, type: 'langgraph_checkpoint' }),
      writes: agentShelf(agent, { namespace, type: 'langgraph_writes' }),
    })
  },
}

beforeAll(async () => {
  bus = await openAgentBus({ log: 'memory', dataDir: 'unused', clock: systemClock() })
  agent = createAgent({ bus, swarm: 'graphs', name: 'graph' })
  await agent.join()
})
afterAll(async () => {
  await agent.leave()
  await bus.stop()
})

for (const initializer of [onMap, onBus]) {
  validate(initializer)
  deltaChannelHistoryTests(initializer)
}
