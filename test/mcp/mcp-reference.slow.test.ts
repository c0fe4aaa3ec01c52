import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { seededRandom } from '@waggle/base'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool } from '../support/mcp.ts'
import { startReference, startWaggleMcp } from '../support/mcp-process.ts'

type Call = readonly [tool: string, input: Record<string, unknown>]

const dir = mkdtempSync(join(tmpdir(), 'waggle-mcp-'))
const dataDir = join(dir, 'bus')
let ours: Client
let reference: Client
beforeAll(async () => {
  ours = await startWaggleMcp(dataDir)
  reference = await startReference(join(dir, 'memory.jsonl'))
}, 60_000)
afterAll(async () => {
  await Promise.all([ours.close(), reference.close()])
  rmSync(dir, { recursive: true })
})

const entity = (name: string, entityType: string, ...observations: string[]) => ({
  name,
  entityType,
  observations,
})
const relation = (from: string, relationType: string, to: string) => ({ from, to, relationType })

/** All of an answer. Of an error the words: where the reference ends there, ours says more in a second block. */
async function answerOf(client: Client, [tool, input]: Call): Promise<unknown> {
  const { content, structuredContent, isError } = await callTool(client, tool, input)
  return isError === true
    ? { isError, words: (content as unknown[])[0] }
    : { content, structuredContent }
}

async function expectEqual(call: Call): Promise<void> {
  const wanted = await answerOf(reference, call)
  expect(await answerOf(ours, call), JSON.stringify(call)).toEqual(wanted)
}

const SCRIPT: readonly Call[] = [
  ['read_graph', {}],
  [
    'create_entities',
    {
      entities: [
        entity('zoe', 'person', 'likes bees', 'Speaks German'),
        entity('acme|co', 'company'),
        entity('100% wool', '', '', 'ünïcode ✓'),
      ],
    },
  ],
  ['create_entities', { entities: [entity('zoe', 'robot', 'other'), entity('bob', 'person')] }],
  ['create_entities', { entities: [] }],
  [
    'create_relations',
    {
      relations: [
        relation('zoe', 'works at', 'acme|co'),
        relation('bob', 'knows', 'zoe'),
        relation('zoe', 'knows', 'zoe'),
        relation('nobody', 'wants', 'nothing'),
      ],
    },
  ],
  ['create_relations', { relations: [relation('bob', 'knows', 'zoe'), relation('a', 'b', 'c')] }],
  [
    'add_observations',
    { observations: [{ entityName: 'bob', contents: ['likes bees', 'is late'] }] },
  ],
  [
    'add_observations',
    {
      observations: [
        { entityName: 'bob', contents: ['is late', 'is tall'] },
        { entityName: 'zoe', contents: [] },
        { entityName: 'bob', contents: ['is tall', 'is kind'] },
      ],
    },
  ],
  [
    'add_observations',
    {
      observations: [
        { entityName: 'bob', contents: ['must not stay'] },
        { entityName: 'ghost', contents: ['boo'] },
      ],
    },
  ],
  ['read_graph', {}],
  ['search_nodes', { query: 'BEES' }],
  ['search_nodes', { query: 'company' }],
  ['search_nodes', { query: '' }],
  ['search_nodes', { query: 'nowhere' }],
  ['open_nodes', { names: ['bob', 'ghost', 'acme|co'] }],
  ['open_nodes', { names: [] }],
  [
    'delete_observations',
    {
      deletions: [
        { entityName: 'bob', observations: ['is late', 'never said'] },
        { entityName: 'ghost', observations: ['boo'] },
      ],
    },
  ],
  ['add_observations', { observations: [{ entityName: 'bob', contents: ['is late'] }] }],
  ['delete_relations', { relations: [relation('zoe', 'knows', 'zoe'), relation('x', 'y', 'z')] }],
  ['create_relations', { relations: [relation('zoe', 'knows', 'zoe')] }],
  ['read_graph', {}],
  ['delete_entities', { entityNames: ['zoe', 'ghost', 'nobody'] }],
  ['read_graph', {}],
  ['create_entities', { entities: [entity('zoe', 'queen', 'likes bees')] }],
  ['open_nodes', { names: ['zoe'] }],
  ['read_graph', {}],
  ['create_entities', { entities: [{ name: 'no type' }] }],
  ['open_nodes', { names: 'zoe' }],
  ['no_such_tool', {}],
]

test('the nine tools say of themselves what those of the reference say', async () => {
  const { tools: wanted } = await reference.listTools()
  const { tools } = await ours.listTools()
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  expect(wanted).toHaveLength(9)
  expect(wanted.map(({ name }) => byName.get(name))).toEqual(wanted)
})

test('the same script has the same answers', async () => {
  for (const call of SCRIPT) await expectEqual(call)
})

test('a restart keeps everything', async () => {
  const before = await answerOf(ours, ['read_graph', {}])
  await ours.close()
  ours = await startWaggleMcp(dataDir)
  expect(await answerOf(ours, ['read_graph', {}])).toEqual(before)
  await expectEqual(['read_graph', {}])
})

test('and so have random ones', async () => {
  const { next } = seededRandom(8)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!
  const some = <T>(items: readonly T[]): T[] => items.filter(() => next() < 0.4)
  const names = ['a', 'b', 'c', 'B|c', 'd%7C']
  const texts = ['one', 'two', 'Three', 'on']
  const relations = names.flatMap((from) => names.map((to) => relation(from, pick(['r', 's']), to)))
  const calls: readonly (() => Call)[] = [
    () => [
      'create_entities',
      { entities: some(names).map((name) => entity(name, pick(['x', 'y']), ...some(texts))) },
    ],
    () => ['create_relations', { relations: some(relations) }],
    () => [
      'add_observations',
      { observations: [{ entityName: pick(names), contents: some(texts) }] },
    ],
    () => ['delete_entities', { entityNames: some(names).slice(0, 2) }],
    () => [
      'delete_observations',
      { deletions: some(names).map((entityName) => ({ entityName, observations: some(texts) })) },
    ],
    () => ['delete_relations', { relations: some(relations) }],
    () => ['search_nodes', { query: pick(['o', 'x', 'THREE', 'c']) }],
    () => ['open_nodes', { names: some(names) }],
    () => ['read_graph', {}],
  ]
  for (let step = 0; step < 150; step++) {
    await expectEqual(pick(calls)())
    await expectEqual(['read_graph', {}])
  }
}, 60_000)

test('its resource is there under its name', async () => {
  const uri = 'memory://knowledge-graph'
  expect(await ours.readResource({ uri })).toEqual(await reference.readResource({ uri }))
})
