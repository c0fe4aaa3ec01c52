import type { EvidencePack } from '@waggle/api'
import { recompute } from '@waggle/explain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'
import { decide, member, SWARM, trade } from '../support/explain-scene.ts'

let gateway: OpenGateway
const explain = async (claim: string, more: { run?: string; as_of?: string } = {}) => {
  const { data } = await gateway.client.call('explain', { swarm: SWARM, claim, ...more })
  return data
}
const valueOf = ({ value }: EvidencePack): unknown => JSON.parse(value)
const roles = ({ events }: EvidencePack) => events.map(({ role }) => role)

beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway.stop())

test('a decision rests on what was seen and recalled, each with its score', async () => {
  const { id } = await decide(gateway.bus, 'ada')
  const pack = await explain(`decision:${id}`)
  expect(roles(pack)).toEqual(['memory', 'observation', 'recall', 'decision'])
  expect(pack.events[0]!.score).toBeGreaterThan(0)
  expect(valueOf(pack)).toMatchObject({ action: 'LONG', confidence: 0.7, missing: [] })
  expect(recompute(pack)).toMatchObject({ rule: 'decision/1' })
})

test('a holding is its fills, folded again; fills that were fenced off are not among them', async () => {
  const fay = await member(gateway.bus, 'fay')
  const gus = await member(gateway.bus, 'gus')
  const lock = (token: number) => ({ resource: 'book', token })
  await trade(fay, { quantity: '10', price: '100', fee: '1', lock: lock(3) })
  await trade(gus, { quantity: '1', price: '100', lock: lock(7) })
  await trade(fay, { quantity: '1000', price: '1', lock: lock(3) })
  await trade(fay, { quantity: '10', price: '110', fee: '1', lock: lock(8) })
  await trade(fay, { quantity: '-5', price: '120', fee: '1', lock: lock(9) })
  const pack = await explain('holding:fay/SPX')
  expect(valueOf(pack)).toEqual({
    quantity: '15',
    average_price: '105',
    realised: '75',
    cash: '-1503',
    fees: '3',
    fills: 3,
  })
  expect(roles(pack)).toEqual(['fill', 'fill', 'fill'])
  expect(recompute(pack)).toBeDefined()
})

test('a proposal is recounted from the votes that count', async () => {
  const electorate = ['v1', 'v2', 'v3'].map((agent) => ({ agent, weight: 1 }))
  const [v1, v2, v3, v4] = await Promise.all(
    ['v1', 'v2', 'v3', 'v4'].map((name) => member(gateway.bus, name)),
  )
  const proposal = 'rebalance'
  const deadline = gateway.bus.clock.now() + 3_600_000_000
  await v1!.emit({
    kind: 'proposal',
    proposal,
    question: '?',
    options: ['approve', 'reject'],
    electorate,
    quorum: 0.6,
    threshold: 0.5,
    deadline_at: deadline,
  })
  await v1!.emit({ kind: 'vote', proposal, choice: 'reject', confidence: 1 })
  const open = await explain(`proposal:${proposal}`)
  expect(valueOf(open)).toMatchObject({ status: 'PENDING', votes: 1 })
  for (const voter of [v4!, v1!, v2!, v3!])
    await voter.emit({ kind: 'vote', proposal, choice: 'approve', confidence: 1 })
  await gateway.bus.caughtUp(10_000)
  const pack = await explain(`proposal:${proposal}`)
  const result = gateway.bus.coordination.view.proposal({ swarm: SWARM, run: null }, proposal)!
  expect(valueOf(pack)).toMatchObject({
    status: 'APPROVED',
    winner: 'approve',
    votes: 2,
    turnout: result.turnout,
    decided_offset: String(result.decidedOffset),
  })
  expect(roles(pack)).toEqual(['proposal', 'vote', 'vote'])
  expect(recompute(pack)).toBeDefined()
})

test('a row is its event with its columns', async () => {
  const hal = await member(gateway.bus, 'hal')
  const { event, position } = await hal.emit({
    kind: 'observation',
    domain: 'd',
    source: 's',
    content: 'c',
  })
  const { topic, partition, offset } = position
  const pack = await explain(`row:observations/${topic}/${partition}/${offset}`)
  expect(valueOf(pack)).toMatchObject({ id: event.id, content: 'c', _offset: String(offset) })
  await expect(explain(`row:fills/${topic}/${partition}/${offset}`)).rejects.toMatchObject({
    problem: { status: 404, code: 'NOT_FOUND' },
  })
})

describe('what is refused', () => {
  test.each([
    ['nonsense', 400, 'INPUT_INVALID'],
    ['decision:00000000-0000-7000-8000-000000000000', 404, 'NOT_FOUND'],
    ['holding:nobody/SPX', 404, 'NOT_FOUND'],
    ['proposal:none', 404, 'NOT_FOUND'],
    ['row:decisions/waggle.decisions.v1/0/99999', 404, 'NOT_FOUND'],
  ])('%s', async (claim, status, code) => {
    await expect(explain(claim)).rejects.toMatchObject({ problem: { status, code } })
  })
})
