import { InMemoryStore, type BaseStore } from '@langchain/langgraph-checkpoint'
import { MemorySession, type AgentInputItem, type Session } from '@openai/agents-core'
import { createAgent, type Agent } from '@waggle/agent'
import { agentShelf, type Shelf } from '@waggle/agent-adapters'
import { WaggleBlocks, type PassageStore } from '@waggle/agent-adapters/blocks'
import { WaggleStore } from '@waggle/agent-adapters/langgraph'
import { WaggleMem0 } from '@waggle/agent-adapters/mem0'
import { WaggleSession } from '@waggle/agent-adapters/openai-agents'
import { manualClock, systemClock } from '@waggle/base'
import * as fc from 'fast-check'
import type { Memory } from 'mem0ai/oss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'
import { memoryShelf } from '../support/memory-shelf.ts'

let bus: OpenAgentBus
let agent: Agent
let shelves = 0

beforeAll(async () => {
  bus = await openAgentBus({ log: 'memory', dataDir: 'unused', clock: systemClock() })
  agent = createAgent({ bus, swarm: 'adapters', name: 'adapter' })
  await agent.join()
})
afterAll(async () => {
  await agent.leave()
  await bus.stop()
})

describe.each([
  ['a map', memoryShelf],
  ['the bus', () => agentShelf(agent, { type: `shelf-${++shelves}` })],
] as const)('on a shelf of %s', (_name, fresh: () => Shelf) => {
  describe('a store of LangGraph', () => {
    const label = fc.constantFrom('users', 'u1', 'u2', 'a/b', 'ü')
    const namespace = fc.array(label, { minLength: 1, maxLength: 3 })
    const key = fc.constantFrom('k1', 'k/2', 'k 3')
    const step = fc.oneof(
      fc.record({
        do: fc.constant('put' as const),
        namespace,
        key,
        n: fc.integer({ min: 0, max: 5 }),
      }),
      fc.record({ do: fc.constant('delete' as const), namespace, key }),
    )
    const answers = async (store: BaseStore, prefix: string[], least: number) => ({
      all: (await store.search(prefix, { limit: 100 })).map(({ namespace: of, key: name, value }) =>
        JSON.stringify([of, name, value]),
      ),
      some: (await store.search(prefix, { filter: { n: { $gte: least } }, limit: 100 })).length,
      exact: (await store.search(prefix, { filter: { n: least }, limit: 100 })).length,
      namespaces: await store.listNamespaces({ prefix: prefix.slice(0, 1), maxDepth: 2 }),
    })

    it('answers what the framework’s own store answers', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 15 }),
          namespace,
          fc.integer({ min: 0, max: 5 }),
          async (steps, prefix, least) => {
            const stores = [new InMemoryStore(), new WaggleStore(fresh())]
            for (const store of stores) {
              for (const one of steps) {
                if (one.do === 'put') await store.put(one.namespace, one.key, { n: one.n })
                else await store.delete(one.namespace, one.key)
              }
            }
            const [theirs, ours] = await Promise.all(
              stores.map((store) => answers(store, prefix, least)),
            )
            expect(ours!.all.toSorted()).toEqual(theirs!.all.toSorted())
            expect([ours!.some, ours!.exact]).toEqual([theirs!.some, theirs!.exact])
            // Theirs still lists a namespace after its last item is gone.
            for (const listed of ours!.namespaces) expect(theirs!.namespaces).toContainEqual(listed)
          },
        ),
        { numRuns: 60 },
      )
    })

    it('scores what is asked for, and leaves out of the ranking what is not indexed', async () => {
      const store = new WaggleStore(fresh())
      await store.put(['notes'], 'one', { text: 'risk limits of the trading desk' })
      await store.put(['notes'], 'two', { text: 'lunch menu for tuesday' })
      await store.put(['notes'], 'three', { text: 'risk limits of the trading desk' }, false)
      const found = await store.search(['notes'], { query: 'trading risk limits' })
      expect(found.map(({ key: name }) => name)).toEqual(['one', 'two', 'three'])
      expect(found[0]!.score).toBeGreaterThan(found[1]!.score!)
      expect(found[2]!.score).toBeUndefined()
    })

    it('refuses a comparison there is not', async () => {
      const store = new WaggleStore(fresh())
      await store.put(['a'], 'k', { n: 1 })
      const search = store.search(['a'], { filter: { n: { $near: 1 } } })
      await expect(search).rejects.toMatchObject({ code: 'INPUT_INVALID', input: '$near' })
    })
  })

  describe('a session of the OpenAI Agents SDK', () => {
    const said = (text: string): AgentInputItem => ({ role: 'user', content: text })

    it('does what the framework’s own session does', async () => {
      const step = fc.oneof(
        fc.array(fc.string(), { maxLength: 3 }).map((texts) => ({ do: 'add' as const, texts })),
        fc.constant({ do: 'pop' as const }),
        fc.integer({ min: -1, max: 5 }).map((limit) => ({ do: 'get' as const, limit })),
        fc.constant({ do: 'clear' as const }),
      )
      const run = async (
        session: Session,
        steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
      ) => {
        const seen: unknown[] = []
        for (const one of steps) {
          if (one.do === 'add') await session.addItems(one.texts.map((text) => said(text)))
          if (one.do === 'pop') seen.push((await session.popItem()) ?? null)
          if (one.do === 'get') seen.push(await session.getItems(one.limit))
          if (one.do === 'clear') await session.clearSession()
        }
        return [...seen, await session.getItems()]
      }
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const theirs = await run(new MemorySession({ sessionId: 's' }), steps)
          expect(await run(new WaggleSession(fresh(), 's'), steps)).toEqual(theirs)
        }),
      )
    })

    it('keeps what several add at once', async () => {
      const shelf = fresh()
      const one = new WaggleSession(shelf, 's')
      const two = new WaggleSession(shelf, 's')
      await Promise.all(
        ['a', 'b', 'c', 'd'].map((text, at) => [one, two][at % 2]!.addItems([said(text)])),
      )
      const texts = (await one.getItems()).map((item) => ('content' in item ? item.content : ''))
      expect(new Set(texts)).toEqual(new Set(['a', 'b', 'c', 'd']))
      expect(texts).toHaveLength(4)
      expect(await new WaggleSession(shelf, 'other').getItems()).toEqual([])
    })
  })

  describe('the memory of mem0', () => {
    const open = (shelf: Shelf = fresh()): WaggleMem0 => {
      let id = 0
      return new WaggleMem0(shelf, {
        clock: manualClock(Date.UTC(2020, 0, 2) * 1000),
        newId: () => `id-${++id}`,
      })
    }
    const user = { userId: 'u1' }
    const filters = { user_id: 'u1' }

    it('has the methods that the published types name', () => {
      type Methods =
        'add' | 'search' | 'get' | 'getAll' | 'update' | 'delete' | 'deleteAll' | 'history'
      const memory: Pick<Memory, Methods> = open()
      expect(memory).toBeDefined()
    })

    it('keeps what it is given, by whom it is of', async () => {
      const memory = open()
      const messages = [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'I like tea' },
      ]
      const { results } = await memory.add(messages, { ...user, metadata: { topic: 'drinks' } })
      await memory.add('I like coffee', { userId: 'u2' })
      expect(results.map((item) => item.memory)).toEqual(['I like tea'])
      const found = await memory.search('tea', { filters })
      expect(found.results.map((item) => item.memory)).toEqual(['I like tea'])
      expect(found.results[0]!.metadata).toEqual({ topic: 'drinks', user_id: 'u1', role: 'user' })
      const { results: none } = await memory.getAll({ filters: { ...filters, topic: 'cars' } })
      expect(none).toEqual([])
    })

    it('tells the versions of a memory, and forgets it', async () => {
      const memory = open()
      const { results } = await memory.add('tea', user)
      const { id } = results[0]!
      await memory.update(id, { text: 'green tea', metadata: { sure: true } })
      expect(await memory.get(id)).toMatchObject({ memory: 'green tea', metadata: { sure: true } })
      const past = await memory.history(id)
      expect(past.map(({ previous_value, new_value }) => [previous_value, new_value])).toEqual([
        [null, 'tea'],
        ['tea', 'green tea'],
      ])
      await memory.delete(id)
      expect(await memory.get(id)).toBeNull()
      await expect(memory.update(id, 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('hides what has expired, and refuses to infer or to search everybody’s', async () => {
      const memory = open()
      await memory.add('until yesterday', { ...user, expirationDate: '2020-01-01' })
      expect((await memory.getAll({ filters })).results).toEqual([])
      expect((await memory.getAll({ filters, showExpired: true })).results).toHaveLength(1)
      const inferred = memory.add('x', { ...user, infer: true })
      await expect(inferred).rejects.toMatchObject({ code: 'INPUT_INVALID', field: 'infer' })
      await expect(memory.search('x', {})).rejects.toMatchObject({ field: 'filters' })
      await expect(memory.add('x', {})).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    })
  })

  describe('blocks', () => {
    const nowhere: PassageStore = {
      insert: async () => 'id',
      search: async () => [],
      searchTurns: async () => [],
    }
    it('are edited by their agent within their bounds', async () => {
      const blocks = new WaggleBlocks(fresh(), nowhere)
      await blocks.create({ label: 'human', value: 'name: Ada', limit: 40 })
      await blocks.memory_insert('human', 'likes: tea')
      await blocks.memory_insert('human', 'first line', 0)
      await blocks.memory_replace('human', 'tea', 'green tea')
      expect((await blocks.block('human')).value).toBe('first line\nname: Ada\nlikes: green tea')
      expect(await blocks.compile()).toContain('<human chars="37" limit="40"')
      const refused = [
        [blocks.memory_rethink('human', 'x'.repeat(41)), 'INPUT_INVALID'],
        [blocks.memory_replace('human', 'e', 'x'), 'INPUT_INVALID'],
        [blocks.memory_insert('human', 'x', 9), 'INPUT_INVALID'],
        [blocks.memory_insert('nobody', 'x'), 'NOT_FOUND'],
        [blocks.create({ label: 'human' }), 'VERSION_CONFLICT'],
      ] as const
      for (const [edit, code] of refused) await expect(edit).rejects.toMatchObject({ code })
    })

    it('that are read only stay as they are', async () => {
      const blocks = new WaggleBlocks(fresh(), nowhere)
      await blocks.create({ label: 'persona', value: 'a trader', readOnly: true })
      const edit = blocks.memory_rethink('persona', 'a gambler')
      await expect(edit).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
      expect((await blocks.block('persona')).value).toBe('a trader')
    })
  })
})
