import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createAgent,
  createKinds,
  type Agent,
  type AgentSdkBus,
  type AgentSettings,
} from '@waggle/agent'
import { systemClock } from '@waggle/base'
import type { ClusterBus } from '@waggle-services/cluster'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'

const SWARM = 'desk'
const clock = systemClock()

describe.each(['memory', 'lmdb'] as const)('an agent on the %s log', (log) => {
  let folder: string
  let bus: OpenAgentBus
  const open = () => openAgentBus({ log, dataDir: folder, clock })
  const enter = async (name: string, more: Partial<AgentSettings> = {}): Promise<Agent> => {
    const agent = createAgent({ bus, swarm: SWARM, name, ...more })
    await agent.join()
    return agent
  }
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-agent-'))
    bus = await open()
  })
  afterAll(async () => {
    await bus.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('hands on whom its inputs are about: what is derived of them is erased with them', async () => {
    const agent = await enter('heir')
    const seen = await agent.observe({
      domain: 'client',
      source: 'test',
      content: 'sells the house',
      subject: 'client-7',
    })
    const learned = await agent.remember({ type: 'lesson', content: 'sells', evidence: [seen] })
    const choice = { action: 'WAIT', context: 'house', reasoning: 'sale', confidence: 0.5 }
    const decided = await agent.decide({ ...choice, inputs: [seen], subject: 'client-1' })
    const byId = await agent.decide({ ...choice, inputs: [seen.event.id] })
    expect([learned, decided, byId].map(({ event }) => event.subject)).toEqual([
      'client-7',
      'client-1,client-7',
      null,
    ])
  })

  it('stamps what it says with trajectory, cause and model, and reads it back at once', async () => {
    const model = { id: 'm', version: '1', cutoff: 1_500_000_000_000_000 }
    const agent = await enter('stamper', { model, trajectory: 'one' })
    const thought = agent.within({ follows: true })
    const seen = await thought.observe({ domain: 'trend', source: 'test', content: 'up' })
    const decided = await thought.decide({
      action: 'LONG',
      context: { seen: 'up' },
      reasoning: 'trend',
      confidence: 0.7,
      predictedValue: 0.01,
      inputs: [seen],
    })
    const came = await thought.outcome(decided, { value: 0.02, success: true })
    expect(decided.event).toMatchObject({ trajectory: 'one', cause: seen.event.id, model_id: 'm' })
    expect(decided.event.inputs).toEqual([seen.event.id])
    expect(came.event).toMatchObject({ decision: decided.event.id, cause: decided.event.id })
    const own = await agent.remember({ type: 'note', content: 'opening range breakout held' })
    const { memories, recorded } = await agent.recall({ text: 'breakout of the opening range' })
    expect(memories.map(({ id }) => id)).toEqual([own.event.id])
    expect(recorded!.event.found.map(({ memory }) => memory)).toEqual([own.event.id])
    await agent.leave()
  })

  it('forgets from now on, and not what it knew before', async () => {
    const agent = await enter('forgetter', { recallSampling: 0 })
    const kept = await agent.remember({ type: 'note', content: 'margin call at noon' })
    const before = clock.now()
    await agent.forget(kept.event.id)
    const now = await agent.recall({ text: 'margin call' })
    expect(now).toEqual({ memories: [], recorded: undefined })
    const then = await agent.recall({ text: 'margin call', asOf: before })
    expect(then.memories.map(({ id }) => id)).toEqual([kept.event.id])
    const again = agent.forget(kept.event.id)
    await expect(again).rejects.toMatchObject({ code: 'NOT_FOUND', input: kept.event.id })
    await agent.leave()
  })

  it('does not read or write where it has no right', async () => {
    const owner = await enter('owner')
    const other = await enter('other')
    const secret = { type: 'note', content: 'secret level 4000', namespace: 'vault' }
    const { position } = await owner.remember(secret)
    await owner.remember({ type: 'note', content: 'private level 4100' })
    const read = other.recall({ text: 'level', namespaces: ['vault'], after: [position] })
    await expect(read).rejects.toMatchObject({ code: 'ACCESS_DENIED', input: 'vault' })
    const write = other.remember({ type: 'note', content: 'mine', namespace: 'vault' })
    await expect(write).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect((await other.recall({ text: 'level' })).memories).toEqual([])
    const shared = await owner.remember({ type: 'n', content: 'level 4200', namespace: 'shared' })
    const found = await other.recall({ text: 'level', after: [shared.position] })
    expect(found.memories.map(({ source }) => source)).toEqual(['owner'])
  })

  it('restores exactly what it checkpointed', async () => {
    const agent = await enter('keeper')
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ noUnicodeString: false }), async (state) => {
        await agent.checkpoint(JSON.parse(JSON.stringify(state)))
        // JSON knows no minus zero.
        expect((await agent.restore())!.state).toEqual(JSON.parse(JSON.stringify(state)))
      }),
      { numRuns: 40 },
    )
    await expect(agent.checkpoint({ at: new Date(0) })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'state',
    })
  })

  it('says what is wrong with what it is given', async () => {
    const agent = await enter('clumsy')
    const large = agent.remember({ type: 'note', content: 'x'.repeat(600_000) })
    await expect(large).rejects.toMatchObject({ code: 'FIELD_INVALID' })
    await agent.checkpoint({ form: 'new' }, { schemaVersion: 3 })
    await expect(agent.restore({ schemaVersion: 2 })).rejects.toMatchObject({
      code: 'STATE_NEWER',
      input: 3,
    })
    expect((await agent.restore({ schemaVersion: 3 }))!.version).toBe(1)
    const migrate = () => ({ form: 'migrated' })
    const { state } = (await agent.restore({ schemaVersion: 4, migrate }))!
    expect(state).toEqual({ form: 'migrated' })
    await expect(agent.bank.explain('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await agent.documents.put('note', 'one', { a: 1 }, { expectedVersion: 0 })
    const stale = agent.documents.put('note', 'one', { a: 2 }, { expectedVersion: 0 })
    await expect(stale).rejects.toMatchObject({ code: 'VERSION_CONFLICT' })
    const parameters = [
      { name: 'size', type: 'NUMBER', required: true, default_value: null, description: '' },
    ] as const
    const steps = [{ action: 'buy', tool: null, arguments: '{"size": "${size}"}' }]
    const procedure = { name: 'enter', category: 'trade', steps, parameters: [...parameters] }
    await agent.procedures.define(procedure)
    const incomplete = agent.procedures.run('enter', {}, { tools: {} })
    await expect(incomplete).rejects.toMatchObject({ code: 'PARAMETER_INVALID' })
    const stranger = createAgent({ bus, swarm: SWARM, name: 'stranger' })
    const said = stranger.observe({ domain: 'd', source: 's', content: 'c' })
    await expect(said).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' })
  })
})

it('an agent runs on a cluster’s bus as well', () => {
  const asAgentsHaveIt = (cluster: ClusterBus): AgentSdkBus => cluster
  expect(asAgentsHaveIt).toBeTypeOf('function')
})

describe('kinds of agents', () => {
  it('are open, and an unknown one names those there are', () => {
    const kinds = createKinds()
    const known = ['market-hunter', 'risk-manager', 'trade-executor', 'portfolio-optimizer']
    expect(kinds.names()).toEqual([...known, 'sentiment-analyzer'])
    expect(() => kinds.kindOf('gardener')).toThrow(/market-hunter, risk-manager/)
    kinds.registerKind({ ...kinds.kindOf('risk-manager'), name: 'gardener' })
    expect(kinds.kindOf('gardener').role).toBe('risk-manager')
    expect(() => kinds.registerKind(kinds.kindOf('gardener'))).toThrow(/gardener/)
  })
})
