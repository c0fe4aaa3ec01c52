import { createAgent, type Agent } from '@waggle/agent'
import { agentPassages, agentShelf } from '@waggle/agent-adapters'
import { memoryTools, recallMiddleware } from '@waggle/agent-adapters/ai-sdk'
import { WaggleBlocks } from '@waggle/agent-adapters/blocks'
import { systemClock } from '@waggle/base'
import { generateText, isStepCount, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}
const says = (text: string) => ({
  content: [{ type: 'text' as const, text }],
  finishReason: { unified: 'stop' as const, raw: 'stop' },
  usage,
  warnings: [],
})
const calls = (toolName: string, input: object) => ({
  content: [
    { type: 'tool-call' as const, toolCallId: toolName, toolName, input: JSON.stringify(input) },
  ],
  finishReason: { unified: 'tool-calls' as const, raw: 'tool-calls' },
  usage,
  warnings: [],
})

describe('a model of the AI SDK with the memory of an agent', () => {
  let bus: OpenAgentBus
  let agent: Agent
  beforeAll(async () => {
    bus = await openAgentBus({ log: 'memory', dataDir: 'unused', clock: systemClock() })
    agent = createAgent({ bus, swarm: 'ai', name: 'assistant' })
    await agent.join()
  })
  afterAll(async () => {
    await agent.leave()
    await bus.stop()
  })

  it('remembers by a tool, and is told by the middleware what fits', async () => {
    const model = new MockLanguageModelV4({
      doGenerate: [
        calls('remember', { content: 'Ada trades copper only on Mondays', importance: 0.9 }),
        says('noted'),
      ],
    })
    const tools = memoryTools(agent)
    const result = await generateText({ model, tools, stopWhen: isStepCount(3), prompt: 'note' })
    expect(result.text).toBe('noted')

    const listener = new MockLanguageModelV4({ doGenerate: says('yes') })
    const wrapped = wrapLanguageModel({ model: listener, middleware: recallMiddleware(agent) })
    await generateText({ model: wrapped, prompt: 'When does Ada trade copper?' })
    const [system, user] = listener.doGenerateCalls[0]!.prompt
    expect(system).toMatchObject({ role: 'system' })
    expect(system!.content).toContain('Ada trades copper only on Mondays')
    expect(user).toMatchObject({ role: 'user' })
  })

  it('recalls and forgets by tools', async () => {
    const { event } = await agent.remember({ type: 'note', content: 'zinc is closed on Fridays' })
    const model = new MockLanguageModelV4({
      doGenerate: [
        calls('recall', { question: 'zinc' }),
        calls('forget', { id: event.id }),
        says('done'),
      ],
    })
    const tools = memoryTools(agent)
    const { steps } = await generateText({ model, tools, stopWhen: isStepCount(3), prompt: 'zinc' })
    const found = steps[0]!.toolResults[0]!.output
    expect(found).toContainEqual(expect.objectContaining({ id: event.id, source: 'assistant' }))
    const { memories } = await agent.recall({ text: 'zinc is closed on Fridays' })
    expect(memories.map(({ id }) => id)).not.toContain(event.id)
  })

  it('has blocks with archival memory and conversations behind them', async () => {
    const blocks = new WaggleBlocks(agentShelf(agent, { type: 'block' }), agentPassages(agent))
    await blocks.create({ label: 'persona', value: 'a careful trader' })
    await blocks.memory_insert('persona', 'who hedges')
    expect((await blocks.block('persona')).value).toBe('a careful trader\nwho hedges')
    const id = await blocks.archival_memory_insert('nickel squeeze of 2022', ['nickel'])
    await blocks.archival_memory_insert('nickel mines', [])
    const found = await blocks.archival_memory_search('nickel', { tags: ['nickel'] })
    expect(found.map((passage) => passage.id)).toEqual([id])
    await agent.working.say('chat', 'USER', 'please hedge the tin position')
    const [turn] = await blocks.conversation_search('hedge tin')
    expect(turn!.content).toBe('please hedge the tin position')
  })
})
