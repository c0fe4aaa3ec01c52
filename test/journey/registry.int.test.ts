import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, silentLogger, type ManualClock } from '@waggle/base'
import { coordinate, type CoordinatedAgent } from '@waggle/coordinate'
import { sealRun } from '@waggle/emit'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const SCOPE = { swarm: 's', run: null }
const START = Date.UTC(2020, 0, 1) * 1000
const SECOND = 1_000_000

/** Sleepers wake when time has moved past them. */
function steppedClock(): ManualClock & { step(micros: number): void } {
  const clock = manualClock(START)
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()
  return {
    ...clock,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.add({ at: clock.now() + ms * 1000, wake: resolve })
        signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
      }),
    step: (micros) => {
      clock.advance(micros)
      for (const sleeper of sleepers) {
        if (sleeper.at > clock.now()) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
  }
}

let folder: string
let bus: EmbeddedBus
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-registry-'))
})
afterEach(async () => {
  await bus.stop()
  await rm(folder, { recursive: true, force: true })
})

async function open(clock: ManualClock, weights: 'off' | 'skill/v1' = 'off'): Promise<void> {
  bus = await openEmbeddedBus(
    { dataDir: folder, log: 'lmdb', analytics: 'off', weights, tickMs: 0 },
    { clock, logger: silentLogger },
  )
}

function agent(name: string, session = `${name}/1`): CoordinatedAgent {
  return coordinate(bus).agent({ ...SCOPE, agent: name, session })
}

/** The swarm's registry, behind everything in the log. */
async function statuses(): Promise<string[]> {
  await bus.caughtUp(5000)
  const members = bus.coordination.view.members(SCOPE, { status: ['ALIVE', 'LOST', 'LEFT'] })
  return members.map(({ agent: name, status }) => `${name} ${status}`)
}

describe('the registry on the embedded bus', () => {
  it('keeps who beats alive, loses who is silent, and takes both for members until they leave', async () => {
    const clock = steppedClock()
    await open(clock)
    const a = agent('a').membership({ role: 'hunter', ttlMs: 3000, capabilities: ['hunt'] })
    const b = agent('b').membership({ role: 'judge', ttlMs: 3000, capabilities: ['hunt'] })
    await a.join()
    await b.join()
    await b.stop()
    const beaten = async (beats: number): Promise<void> => {
      for (let i = 0; i < beats; i++) {
        const { lastHeard } = (await a.members()).value[0]!
        clock.step(SECOND)
        while ((await a.members()).value[0]!.lastHeard === lastHeard)
          await new Promise((resolve) => void setImmediate(resolve))
      }
    }
    await beaten(3)
    expect(await statuses()).toEqual(['a ALIVE', 'b ALIVE'])
    await beaten(1)
    expect(await statuses()).toEqual(['a ALIVE', 'b LOST'])
    expect((await a.findByCapability('hunt')).value.map(({ agent: name }) => name)).toEqual(['a'])
    expect(bus.hot.view.isMember(SCOPE, 'b')).toBe(true)
    await agent('b', 'b/2').emitter.emit({
      kind: 'observation',
      domain: 'd',
      source: 's',
      content: '',
    })
    await a.leave()
    await b.join()
    await b.stop()
    expect(await statuses()).toEqual(['a LEFT', 'b ALIVE'])
    expect(bus.hot.view.isMember(SCOPE, 'a')).toBe(false)
    await sealRun({ log: bus.log, codec: bus.codec, ...SCOPE, at: clock.now() + 3 * SECOND + 1 })
    expect(await statuses()).toEqual(['a LEFT', 'b LOST'])
  })

  it('makes no member of who only beats, and says the same in the hot view', async () => {
    await open(manualClock(START))
    const { emitter } = agent('ghost')
    await emitter.emit({ kind: 'agent', op: 'HEARTBEAT', role: 'r' })
    await emitter.emit({ kind: 'agent', op: 'WEIGHTED', role: 'r', weight: 9 })
    expect(await statuses()).toEqual([])
    expect(bus.hot.view.agents(SCOPE)).toEqual([])
    const observation = { kind: 'observation', domain: 'd', source: 's', content: '' } as const
    await expect(emitter.emit(observation)).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' })
  })

  it('learns weights from verdicts once they are sealed, and says nothing twice after a restart', async () => {
    const clock = manualClock(START)
    await open(clock, 'skill/v1')
    for (const name of ['good', 'bad', 'judge'])
      await agent(name).emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    const judge = agent('judge', 'judge/2').emitter
    const id = '00000000-0000-7000-8000-000000000000'
    await bus.caughtUp(5000)
    for (let i = 0; i < 40; i++) {
      clock.advance(SECOND)
      const judged = i % 2 === 0 ? 'good' : 'bad'
      const score = i % 2 === 0 ? 0.04 : 0.64
      const label = i % 2 === 0 ? 'CORRECT' : 'INCORRECT'
      const verdict = { decision: id, outcome: id, rule: 'brier/v1', judged, score, label } as const
      await judge.emit({ kind: 'verdict', ...verdict })
    }
    await bus.caughtUp(5000)
    expect(bus.coordination.view.member(SCOPE, 'good')?.learned).toBeNull()
    clock.advance(SECOND)
    await sealRun({ log: bus.log, codec: bus.codec, ...SCOPE, at: clock.now() })
    await bus.caughtUp(5000)
    await bus.caughtUp(5000)
    const { view } = bus.coordination
    // Half of 40 are right: R = 1/4; S = 1 - 0.04 / R = 0.84, or 1 - 0.64 / R = -1.56; n = 20 of 20 + 20.
    expect(view.member(SCOPE, 'good')?.weight).toBeCloseTo(1 + 0.84 / 2, 1)
    expect(view.member(SCOPE, 'bad')?.weight).toBeCloseTo(1 - 1.56 / 2, 1)
    expect(view.member(SCOPE, 'good')?.learned).toMatchObject({
      by: 'coordinator',
      rule: 'skill/v1',
    })
    expect(bus.hot.view.isMember(SCOPE, 'coordinator')).toBe(false)
    const ends = await bus.log.ends([{ topic: 'waggle.agents.v1', partition: 0 }])
    expect(ends[0]!.offset).toBeGreaterThan(3n)
    const digests = await bus.digests()
    await bus.rebuild()
    await bus.stop()
    await open(clock, 'skill/v1')
    await bus.caughtUp(5000)
    expect(await bus.log.ends([{ topic: 'waggle.agents.v1', partition: 0 }])).toEqual(ends)
    expect(await bus.digests()).toEqual(digests)
  })
})
