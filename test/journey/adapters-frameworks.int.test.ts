import {
  Annotation,
  Command,
  END,
  interrupt,
  MemorySaver,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { Agent, Runner, type Model, type ModelResponse } from '@openai/agents-core'
import { WaggleSaver } from '@waggle/agent-adapters/langgraph'
import { WaggleSession } from '@waggle/agent-adapters/openai-agents'
import { describe, expect, it } from 'vitest'
import { memoryShelf } from '../support/memory-shelf.ts'

describe('a graph of three nodes', () => {
  const State = Annotation.Root({
    messages: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
  })
  const graphOn = (saver: WaggleSaver | MemorySaver) =>
    new StateGraph(State)
      .addNode('look', () => ({ messages: ['looked'] }))
      .addNode('ask', () => ({ messages: [`asked: ${String(interrupt('buy?'))}`] }))
      .addNode('act', () => ({ messages: ['acted'] }))
      .addEdge(START, 'look')
      .addEdge('look', 'ask')
      .addEdge('ask', 'act')
      .addEdge('act', END)
      .compile({ checkpointer: saver })

  it('goes on behind an interrupt with another saver over what is stored', async () => {
    const shelves = { checkpoints: memoryShelf(), writes: memoryShelf() }
    const config = { configurable: { thread_id: 'desk/1' } }
    const stopped = await graphOn(new WaggleSaver(shelves)).invoke({ messages: ['start'] }, config)
    expect(stopped.messages).toEqual(['start', 'looked'])

    const again = graphOn(new WaggleSaver(shelves))
    const state = await again.getState(config)
    expect(state.next).toEqual(['ask'])
    expect(state.tasks[0]!.interrupts[0]!.value).toBe('buy?')
    const done = await again.invoke(new Command({ resume: 'yes' }), config)
    expect(done.messages).toEqual(['start', 'looked', 'asked: yes', 'acted'])
  })

  it('keeps branches of a thread apart as the framework’s saver does, also when pruned', async () => {
    const branches = async (saver: WaggleSaver | MemorySaver): Promise<unknown[]> => {
      const graph = graphOn(saver)
      const config = { configurable: { thread_id: 't' } }
      await graph.invoke({ messages: ['start'] }, config)
      const fork = (await graph.getState(config)).config
      for (const branch of ['left', 'right']) {
        const other = await graph.updateState(fork, { messages: [branch] }, 'look')
        await graph.invoke(new Command({ resume: branch }), other)
      }
      const seen: unknown[] = []
      for await (const { values } of graph.getStateHistory(config)) seen.push(values.messages)
      if (saver instanceof WaggleSaver) expect(await saver.prune('t', 1)).toBeGreaterThan(0)
      return [...seen, (await graph.getState(config)).values.messages]
    }
    const ours = await branches(
      new WaggleSaver({ checkpoints: memoryShelf(), writes: memoryShelf() }),
    )
    expect(ours).toEqual(await branches(new MemorySaver()))
    expect(ours.at(-1)).toEqual(['start', 'looked', 'right', 'asked: right', 'acted'])
  })
})

describe('a run of the OpenAI Agents SDK', () => {
  /** Says how many items it was given. */
  const countingModel = (): Model => ({
    getResponse: async ({ input }): Promise<ModelResponse> =>
      ({
        usage: { requests: 1, inputTokens: 0, outputTokens: 0, totalTokens: 0 },
        output: [
          {
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: `saw ${input.length}` }],
          },
        ],
      }) as unknown as ModelResponse,
    getStreamedResponse: () => {
      throw new Error('Broken invariant: nothing streams here')
    },
  })

  it('finds its history in the session, also with a new runner', async () => {
    const shelf = memoryShelf()
    const ask = async (question: string): Promise<string> => {
      const agent = new Agent({ name: 'a', instructions: 'count', model: countingModel() })
      const runner = new Runner({ tracingDisabled: true })
      const result = await runner.run(agent, question, { session: new WaggleSession(shelf, 's') })
      return String(result.finalOutput)
    }
    expect(await ask('first')).toBe('saw 1')
    expect(await ask('second')).toBe('saw 3')
    expect(await new WaggleSession(shelf, 's').getItems()).toHaveLength(4)
  })
})
