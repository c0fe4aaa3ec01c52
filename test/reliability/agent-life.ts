/** An agent that goes from checkpoint to checkpoint and says how far it is; killed by its test at any time. */
import { createAgent, defineAgent } from '@waggle/agent'
import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'

const [, , dataDir = ''] = process.argv
const bus = await openEmbeddedBus(
  { dataDir, analytics: 'off' },
  { clock: systemClock(), logger: silentLogger },
)
const agent = createAgent({ bus, swarm: 's', name: 'worker', kind: 'trade-executor' })
await agent.join()
const worker = defineAgent<{ readonly sum: number }>({
  kind: 'trade-executor',
  initial: { sum: 0 },
  perceive: () => ({ observations: [], recall: { limit: 0 } }),
  think: ({ state: { sum } }) => ({
    state: { sum: sum + 1 },
    decision: { action: 'COUNT', context: { sum }, reasoning: 'next', confidence: 1 },
  }),
})
await worker.run(agent, {
  onCycle: ({ carry }) =>
    void process.stdout.write(`${JSON.stringify({ cycles: carry.cycles, ...carry.state })}\n`),
})
