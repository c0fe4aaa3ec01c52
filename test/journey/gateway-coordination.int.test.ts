import { createAgent, type Agent } from '@waggle/agent'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

const SWARM = 'desk'
let gateway: OpenGateway
let ada: Agent
let bob: Agent

beforeAll(async () => {
  gateway = await openGateway({
    grants: [
      { name: 'ada', swarms: [SWARM], agents: ['ada'], verbs: ['read', 'vote', 'lock'] },
      { name: 'reader', swarms: [SWARM], verbs: ['read'] },
    ],
  })
  ada = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'ada' })
  bob = createAgent({ bus: gateway.bus, swarm: SWARM, name: 'bob' })
  for (const agent of [ada, bob]) await agent.join()
  await gateway.bus.caughtUp(10_000)
})
afterAll(() => gateway.stop())

const call: OpenGateway['client']['call'] = (...asked) => gateway.client.call(...asked)

test('a proposal is open with its electorate, then decided, and as of before it was neither', async () => {
  await ada.propose({ proposal: 'buy', question: 'Buy?', lastsMs: 60_000 })
  const { position } = await ada.vote({ proposal: 'buy', choice: 'approve', reasoning: 'cheap' })
  const after = `${position.topic}/${position.partition}@${position.offset}`
  const open = await call('proposals', { swarm: SWARM, after })
  expect(open.data).toMatchObject([
    { proposal: 'buy', proposer: 'ada', status: 'PENDING', turnout: 0.5, decided_at: null },
  ])
  const voted = await call('proposal', { swarm: SWARM, proposal: 'buy', after })
  expect(voted.data.votes).toEqual([
    { agent: 'ada', choice: 'approve', weight: 1, reason: 'cheap', position: after },
  ])
})
