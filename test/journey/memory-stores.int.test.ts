import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, type Agent } from '@waggle/agent'
import { systemClock } from '@waggle/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAgentBus, type OpenAgentBus } from '../support/agent-bus.ts'

const clock = systemClock()
const fails = (code: string) => expect.objectContaining({ code })

describe.each(['memory', 'lmdb'] as const)('what agents know and do, on the %s log', (log) => {
  let folder: string
  let bus: OpenAgentBus
  const open = () => openAgentBus({ log, dataDir: folder, clock })
  const agentOf = async (name: string, swarm: string): Promise<Agent> => {
    const agent = createAgent({ bus, swarm, name })
    await agent.join()
    return agent
  }
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-stores-'))
    bus = await open()
  })
  afterAll(async () => {
    await bus.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('lets exactly one of two writers win each version of a document, and loses nothing', async () => {
    const agents = await Promise.all(['a', 'b'].map((name) => agentOf(name, 'race')))
    await agents[0]!.documents.put('config', 'limits', { by: [] }, { namespace: 'desk' })
    await agents[0]!.grants.grant('b', 'WRITE', 'desk')
    const [won, lost] = await Promise.allSettled(
      agents.map(({ name, documents }) =>
        documents.put(
          'config',
          'limits',
          { by: [name] },
          { namespace: 'desk', expectedVersion: 1 },
        ),
      ),
    ).then((all) => all.toSorted((x) => (x.status === 'fulfilled' ? -1 : 1)))
    expect(won).toMatchObject({ status: 'fulfilled', value: { version: 2 } })
    expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'VERSION_CONFLICT' } })
    const add = (name: string, i: number) => (present: unknown) => ({
      by: [...((present as { by?: string[] } | undefined)?.by ?? []), `${name}${i}`],
    })
    await Promise.all(
      agents.map(async ({ name, documents }) => {
        for (let i = 0; i < 10; i++)
          await documents.update('config', 'limits', add(name, i), { namespace: 'desk' })
      }),
    )
    const found = await agents[1]!.documents.get('config', 'limits', { namespace: 'desk' })
    expect(found!.version).toBe(22)
    expect((found!.value as { by: string[] }).by).toHaveLength(21)
    const refused = await agents[0]!.grants.refused({ namespace: 'desk' })
    expect(refused.every(({ code }) => code === 'VERSION_CONFLICT')).toBe(true)
    const history = await agents[0]!.documents.history('config', 'limits', { namespace: 'desk' })
    expect(history.map(({ version }) => version)).toEqual(
      Array.from({ length: 22 }, (_, i) => i + 1),
    )
    const gone = agents[0]!.documents.compare('config', 'limits', [22, 30], { namespace: 'desk' })
    await expect(gone).rejects.toThrow(fails('NOT_FOUND'))
  })

  it('runs a procedure, learns from the world, and goes back to a version', async () => {
    const agent = await agentOf('trader', 'skills')
    const { procedures } = agent
    const steps = [{ action: 'buy ${size}', tool: 'order', arguments: '{"size":"${size}"}' }]
    const parameters = [
      { name: 'size', type: 'INTEGER', required: true, default_value: null, description: 'lots' },
    ] as const
    const draft = { name: 'enter', category: 'trading', steps, parameters: [...parameters] }
    expect(await procedures.define({ ...draft, expectedVersion: 0 })).toMatchObject({ version: 1 })
    const late = procedures.define({ ...draft, expectedVersion: 0 })
    await expect(late).rejects.toThrow(fails('VERSION_CONFLICT'))
    await procedures.define({ ...draft, description: 'second', steps: [], expectedVersion: 1 })
    const back = await procedures.rollBack('enter', 1)
    expect([back.version, back.event.steps]).toEqual([3, steps])
    await expect(procedures.rollBack('enter', 9)).rejects.toThrow(fails('NOT_FOUND'))

    const asked: unknown[] = []
    const tools = { order: (args: unknown) => asked.push(args) }
    const run = await procedures.run('enter', { size: 3 }, { tools })
    expect([run.success, asked]).toEqual([true, [{ size: 3 }]])
    const decided = await agent.within({ cause: run.execution.event.id }).decide({
      action: 'LONG',
      context: '',
      reasoning: 'procedure',
      confidence: 0.6,
    })
    await agent.outcome(decided, { value: -1, success: false })
    const [statistics] = await procedures.statistics('enter')
    expect(statistics).toMatchObject({
      version: 3,
      definition: 1,
      runs: 1,
      successes: 1,
      outcomes: { samples: 1, successes: 0 },
    })
    await expect(procedures.run('enter', {}, { tools })).rejects.toThrow(fails('PARAMETER_INVALID'))
    await expect(procedures.run('exit', {}, { tools })).rejects.toThrow(fails('NOT_FOUND'))
    expect(await procedures.removeCategory('trading')).toBe(1)
    expect(await procedures.list()).toEqual([])
  })

  it('shares what it knows by grants, and takes them back', async () => {
    const [owner, other] = [await agentOf('owner', 'sharing'), await agentOf('other', 'sharing')]
    const said = await owner.knowledge.assert({
      entity: 'ACME',
      attribute: 'rating',
      value: 'AA',
      valid_from: 1,
    })
    const read = () =>
      other.knowledge.fact('ACME', 'rating', { namespace: 'owner', after: [said.position] })
    await expect(read()).rejects.toThrow(fails('ACCESS_DENIED'))
    const { position } = await owner.grants.grant('other', 'READ')
    expect((await read())?.event.value).toBe('AA')
    expect(await other.grants.readable({ after: [position] })).toContain('owner')
    const write = other.knowledge.assert({
      namespace: 'owner',
      entity: 'ACME',
      attribute: 'rating',
      value: 'C',
    })
    await expect(write).rejects.toThrow(fails('ACCESS_DENIED'))
    const own = other.grants.grant('other', 'WRITE', 'owner')
    await expect(own).rejects.toThrow(fails('ACCESS_DENIED'))
    await owner.grants.revoke('other')
    await expect(read()).rejects.toThrow(fails('ACCESS_DENIED'))
    const empty = owner.knowledge.assert({
      entity: 'e',
      attribute: 'a',
      value: 1,
      valid_from: 9,
      valid_to: 8,
    })
    await expect(empty).rejects.toThrow(fails('INPUT_INVALID'))
    await owner.knowledge.retract(said.event.id)
    expect(await owner.knowledge.fact('ACME', 'rating')).toBeUndefined()
    await expect(owner.knowledge.retract(said.event.id)).rejects.toThrow(fails('NOT_FOUND'))
  })

  it('has a context window of its conversation, and its state, after a restart and a rebuild', async () => {
    const agent = await agentOf('talker', 'talk')
    await agent.working.summarize('chat', 'They talked about margins.')
    for (let i = 0; i < 20; i++)
      await agent.working.say('chat', i % 2 === 0 ? 'USER' : 'ASSISTANT', `turn number ${i}`)
    await agent.working.setState('plan', { step: 2 })
    await agent.working.say('side', 'USER', 'zebra crossing')
    expect(
      (await agent.recall({ text: 'zebra crossing', kinds: ['turn'] })).memories[0],
    ).toMatchObject({ event: { content: 'zebra crossing' } })
    await agent.working.clear('side')
    const zebras = await agent.recall({ text: 'zebra crossing', kinds: ['turn'] })
    expect(
      zebras.memories.filter(
        ({ event }) => 'conversation' in event && event.conversation === 'side',
      ),
    ).toEqual([])
    const window = () => agent.working.window('chat', { budget: 30, system: 'You trade.' })
    const before = await window()
    expect(before.turns[0]?.content).toBe('They talked about margins.')
    expect(before.turns.at(-1)?.content).toBe('turn number 19')
    expect(before.tokens).toBeLessThanOrEqual(30)
    expect(before.leftOut.length).toBeGreaterThan(10)
    const small = agent.working.window('chat', { budget: 5 })
    await expect(small).rejects.toThrow(fails('INPUT_INVALID'))
    await expect(agent.working.say('chat', 'USER', 'x'.repeat(600_000))).rejects.toThrow(
      fails('FIELD_INVALID'),
    )
    const bad = agent.documents.put('broker_state', 'b', { broker: 'b' })
    await expect(bad).rejects.toThrow(fails('INPUT_INVALID'))
    await bus.caughtUp(10_000)
    const digests = await bus.digests()
    await bus.rebuild()
    expect(await bus.digests()).toEqual(digests)
    if (log === 'lmdb') {
      await bus.stop()
      bus = await open()
      const again = createAgent({ bus, swarm: 'talk', name: 'talker' })
      expect(await again.working.state('plan')).toEqual({ step: 2 })
      const after = await again.working.window('chat', { budget: 30, system: 'You trade.' })
      expect(after).toEqual(before)
    }
  })
})
