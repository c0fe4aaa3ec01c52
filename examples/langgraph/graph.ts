/**
 * A LangGraph graph that asks a human before it buys. Its checkpoints are events of the swarm, so another process goes on
 * where this one stopped: `graph.ts ask`, then `graph.ts answer yes`. See README.md.
 */
import { Annotation, Command, END, interrupt, START, StateGraph } from '@langchain/langgraph'
import { createAgent, type Agent } from '@waggle/agent'
import { agentShelf } from '@waggle/agent-adapters'
import { WaggleSaver } from '@waggle/agent-adapters/langgraph'
import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'

const [step = 'ask', answer = 'no', dataDir = '.waggle/langgraph'] = process.argv.slice(2)
const THREAD = { configurable: { thread_id: 'desk/SPX' } }
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)

const State = Annotation.Root({
  notes: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
  approved: Annotation<boolean>,
})

/** Every node speaks through the agent, so what the graph does stands in the log beside its checkpoints. */
function graphOf(agent: Agent) {
  const saver = new WaggleSaver({
    checkpoints: agentShelf(agent, { type: 'langgraph_checkpoint' }),
    writes: agentShelf(agent, { type: 'langgraph_writes' }),
  })
  return new StateGraph(State)
    .addNode('look', async () => {
      await agent.observe({ domain: 'trend', source: 'example', content: 'SPX breaks out' })
      return { notes: ['SPX breaks out'] }
    })
    .addNode('ask', () => ({ approved: interrupt('Buy SPX?') === 'yes' }))
    .addNode('act', async ({ approved }) => {
      const action = approved ? 'LONG' : 'WAIT'
      await agent.decide({ action, context: {}, reasoning: 'a human said so', confidence: 0.6 })
      return { notes: [action] }
    })
    .addEdge(START, 'look')
    .addEdge('look', 'ask')
    .addEdge('ask', 'act')
    .addEdge('act', END)
    .compile({ checkpointer: saver })
}

const deps = { clock: systemClock(), logger: silentLogger }
const bus = await openEmbeddedBus({ dataDir, analytics: 'off' }, deps)
try {
  const agent = createAgent({ bus, swarm: 'desk', name: 'graph', kind: 'market-hunter' })
  await agent.join()
  const graph = graphOf(agent)
  const { notes } =
    step === 'ask'
      ? await graph.invoke({ notes: ['start'] }, THREAD)
      : await graph.invoke(new Command({ resume: answer }), THREAD)
  const { next, tasks } = await graph.getState(THREAD)
  say({ notes, next, asked: tasks[0]?.interrupts[0]?.value ?? null })
} finally {
  await bus.stop()
}
