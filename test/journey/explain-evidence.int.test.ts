import type { EvidencePack } from '@waggle/api'
import { seededRandom, type Random } from '@waggle/base'
import { digestOf, explain, recompute, type ExplainSource } from '@waggle/explain'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'
import { decide, member, SWARM, trade } from '../support/explain-scene.ts'

let gateway: OpenGateway
let packs: EvidencePack[]
const claims: string[] = []
const sourceOf = (run: string | null): ExplainSource => {
  const { log, codec, vault, trajectories: index } = gateway.bus
  return { log, codec, vault, index, swarm: SWARM, run }
}
const explainNow = (claim: string) => explain(sourceOf(null), claim)

const REFUSED = expect.objectContaining({ code: 'INPUT_INVALID' }) as Error
/** The same pack with other content, and a digest that fits it: what a forger can do. */
const forged = (pack: EvidencePack, change: Partial<EvidencePack>): EvidencePack => {
  const other = { ...pack, ...change }
  return { ...other, digest: digestOf(other) }
}

/** Trades, votes, lock commands and decisions of several agents, as chance will have it. */
async function live(random: Random): Promise<void> {
  const names = ['a', 'b', 'c', 'd']
  const agents = await Promise.all(names.map((name) => member(gateway.bus, name)))
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)]!
  for (let i = 0; i < 60; i++) {
    const quantity = String(Math.floor(random.next() * 20) - 10 || 1)
    const price = (50 + random.next() * 100).toFixed(4)
    await trade(pick(agents), { quantity, price, instrument: pick(['SPX', 'OIL']), fee: '0.01' })
  }
  for (const proposal of ['p1', 'p2', 'p3']) {
    const electorate = names.map((agent) => ({ agent, weight: 1 + Math.floor(random.next() * 3) }))
    await agents[0]!.emit({
      kind: 'proposal',
      proposal,
      question: '?',
      options: ['approve', 'reject'],
      electorate,
      quorum: 0.5,
      threshold: 0.5,
      deadline_at: gateway.bus.clock.now() + 3_600_000_000,
    })
    for (let i = 0; i < 6; i++) {
      const choice = pick(['approve', 'reject', 'abstain', 'nonsense'])
      await pick(agents).emit({ kind: 'vote', proposal, choice, confidence: 1 })
    }
    claims.push(`proposal:${proposal}`)
  }
  const { id } = await decide(gateway.bus, 'thinker')
  claims.push(`decision:${id}`)
  for (const name of names) for (const of of ['SPX', 'OIL']) claims.push(`holding:${name}/${of}`)
  await gateway.bus.caughtUp(10_000)
}

beforeAll(async () => {
  gateway = await openGateway()
  await live(seededRandom(8))
  packs = await Promise.all(claims.map(explainNow))
})
afterAll(() => gateway.stop())

describe('evidence is minimal and whole', () => {
  test('without any of its events a pack gives another value, or none', async () => {
    for (const pack of packs)
      for (const left of pack.events.keys()) {
        const less = forged(pack, { events: pack.events.toSpliced(left, 1) })
        expect(() => recompute(less), `${pack.claim} without ${left}`).toThrow(REFUSED)
      }
  })

  test('an event that is not cited is refused, whichever it is', async () => {
    const all = packs.flatMap(({ events, schemas }) => events.map((event) => ({ event, schemas })))
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (which, what) => {
        const pack = packs[which % packs.length]!
        const { event, schemas } = all[what % all.length]!
        if (pack.events.some(({ position }) => position === event.position)) return
        const text = { [event.schema_id]: schemas[event.schema_id]! }
        const more = forged(pack, {
          events: [...pack.events, event],
          schemas: { ...pack.schemas, ...text },
        })
        expect(() => recompute(more)).toThrow(REFUSED)
      }),
      { numRuns: 200, seed: 8 },
    )
  })

  test('any byte changed is noticed, with a new digest and without', async () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (which, at, bit) => {
        const pack = packs[which % packs.length]!
        const [first, ...rest] = pack.events
        const raw = Buffer.from(first!.raw, 'base64')
        raw[at % raw.length]! ^= 1 << (bit % 8)
        const events = [{ ...first!, raw: raw.toString('base64') }, ...rest]
        expect(() => recompute({ ...pack, events })).toThrow(
          expect.objectContaining({ field: 'digest' }),
        )
        // What a value does not rest on, such as a text, its own digest alone protects.
        try {
          recompute(forged(pack, { events }))
        } catch (error) {
          expect(error).toMatchObject({ code: 'INPUT_INVALID' })
        }
      }),
      { numRuns: 200, seed: 8 },
    )
  })

  test('another value, rule, claim or swarm is noticed though the digest fits', async () => {
    const [pack, other] = packs as [EvidencePack, EvidencePack]
    const changes: Partial<EvidencePack>[] = [
      { value: '{}' },
      { rule: 'holding/1' },
      { claim: 'row:votes/waggle.proposals.v1/0/0' },
      { parameters: { ...pack.parameters, swarm: 'hive' } },
      { parameters: { ...pack.parameters, run: 'other' } },
      { events: other.events, schemas: other.schemas },
      { schemas: {} },
    ]
    for (const change of changes)
      expect(() => recompute(forged(pack, change)), JSON.stringify(change)).toThrow(REFUSED)
    for (const junk of [null, 1, {}, { ...pack, format: 'waggle-evidence/2' }])
      expect(() => recompute(junk)).toThrow(REFUSED)
  })

  test('with and without an index it is the same pack, and read again from text it stands', async () => {
    for (const pack of packs) {
      const { index: _index, ...source } = sourceOf(null)
      expect(await explain(source, pack.claim)).toEqual(pack)
      expect(recompute(JSON.parse(JSON.stringify(pack)))).toBeDefined()
    }
  })
})

test('a run has claims of its own', async () => {
  const run = 'backtest-1'
  const ann = await member(gateway.bus, 'a', run)
  await trade(ann, { quantity: '3', price: '7' })
  const pack = await explain(sourceOf(run), 'holding:a/SPX')
  expect(pack.parameters).toMatchObject({ swarm: SWARM, run })
  expect(pack.events).toHaveLength(1)
  expect(recompute(pack)).toBeDefined()
})

test('a pack of an erased subject shows the gap and not the data', async () => {
  const zoe = await member(gateway.bus, 'zoe')
  const secret = 'sells the house in spring'
  const { position } = await zoe.emit({
    kind: 'observation',
    domain: 'client',
    source: 'test',
    content: secret,
    subject: 'client-7',
  })
  const claim = `row:observations/${position.topic}/${position.partition}/${position.offset}`
  const before = await explainNow(claim)
  expect(before.events[0]!.erased).toBe(false)
  await gateway.bus.vault.destroy(SWARM, 'client-7')
  const after = await explainNow(claim)
  expect(after.events[0]!.erased).toBe(true)
  for (const { value, events } of [before, after])
    expect(value + Buffer.from(events[0]!.raw, 'base64').toString('latin1')).not.toContain('house')
  expect(recompute(after)).toBeDefined()
})

test.each([SWARM, 'hive'])('a deadline that an event of %s showed to be over', async (swarm) => {
  const { bus } = gateway
  const proposal = `late-${swarm}`
  const eve = await member(bus, `eve-${swarm}`)
  const deadline = bus.clock.now() + 50_000
  await eve.emit({
    kind: 'proposal',
    proposal,
    question: '?',
    options: ['approve', 'reject'],
    electorate: [{ agent: 'nobody', weight: 1 }],
    quorum: 1,
    threshold: 0.5,
    deadline_at: deadline,
  })
  await bus.clock.sleep(60)
  const other = bus.emitter({ swarm, agent: 'other', session: `other/${swarm}` })
  await other.emit({ kind: 'agent', op: 'JOINED', role: 'trader', weight: 1 })
  await bus.caughtUp(10_000)
  // Whose name shares the partition of the proposal is chance: many are said, so that one does.
  for (let i = 0; i < 12; i++)
    await other.emit({ kind: 'vote', proposal: `x${i}`, choice: 'approve', confidence: 1 })
  await bus.caughtUp(10_000)
  const pack = await explainNow(`proposal:${proposal}`)
  expect(JSON.parse(pack.value)).toMatchObject({ status: 'EXPIRED', votes: 0 })
  expect(pack.events.map(({ role }) => role)).toEqual(
    swarm === SWARM ? ['proposal', 'clock'] : ['proposal'],
  )
  expect(recompute(pack)).toBeDefined()
})
