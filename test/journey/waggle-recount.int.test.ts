import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import type { Draft } from '@waggle/emit'
import { runWaggle } from '@waggle-services/cli'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const MAIN = fileURLToPath(
  import.meta.resolve('@waggle-services/cli').replace('index.ts', 'main.ts'),
)
const SWARM = 'recounted'
let data: string

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'waggle-recount-'))
})
afterEach(() => rmSync(data, { recursive: true }))

async function withBus(act: (bus: EmbeddedBus) => Promise<unknown>): Promise<void> {
  const deps = { clock: systemClock(), logger: silentLogger }
  const bus = await openEmbeddedBus({ dataDir: data, analytics: 'off' }, deps)
  await act(bus)
  await bus.caughtUp(10_000)
  await bus.stop()
}

/** Two agents, two proposals of which one is decided, and a lock. */
async function swarmLife(bus: EmbeddedBus): Promise<void> {
  const [a, b] = ['a', 'b'].map((agent) => bus.emitter({ swarm: SWARM, agent, session: agent }))
  for (const emitter of [a!, b!]) await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  await bus.caughtUp(10_000)
  for (const proposal of ['p1', 'p2']) {
    await a!.emit({
      kind: 'proposal',
      proposal,
      question: '?',
      electorate: ['a', 'b'].map((agent) => ({ agent, weight: 1 })),
      deadline_at: systemClock().now() + 60_000_000,
    })
    await a!.emit({ kind: 'vote', proposal, choice: 'maybe', confidence: 1 })
    await a!.emit({ kind: 'vote', proposal, choice: 'approve', confidence: 1 })
  }
  await b!.emit({ kind: 'vote', proposal: 'p1', choice: 'approve', confidence: 1 })
  await b!.emit({ kind: 'lock_command', resource: 'r', op: 'ACQUIRE', request: 'q' })
}

/** What somebody who is not the coordinator wants to have been decided. */
function lie(proposal: string): Draft<'proposal_result'> {
  return {
    kind: 'proposal_result',
    proposal,
    status: 'APPROVED',
    winner: 'approve',
    tallies: [],
    turnout: 1,
    decided_offset: 1,
    evidence: [],
  }
}

async function recount(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const out = { write: (part: string) => void (text += part) }
  const code = await runWaggle(['recount', '--data', data, ...argv], {}, out)
  return { code, text }
}

describe('waggle recount', () => {
  it('finds what the log says, and tells of one proposal what counted and what did not', async () => {
    await withBus(swarmLife)
    const all = await recount()
    expect(all.code).toBe(0)
    expect(all.text).toMatch(/^RESULTS +SAME +DIFFERS +MISSING +EXTRA\nlock_result +1 +0 +0 +0\n/)
    expect(all.text).toMatch(/^proposal_result +1 +0 +0 +0$/m)
    const one = await recount('--proposal', 'p1', '--swarm', SWARM, '--run', 'live')
    expect(one.text).toMatch(
      /^SAME +recounted +live +p1 +APPROVED approve; turnout 1\.00; at \d+; by \d+,\d+,\d+; not \d+ of a: UNKNOWN_OPTION$/m,
    )
    expect(one.text).not.toContain('lock_result')
    expect((await recount('--proposal', 'p2')).text).not.toContain('p2')
    expect((await recount('--resource', 'r')).text).toMatch(/GRANTED b, token \d+/)
  })

  it('finds a result that nothing brought about', async () => {
    await withBus(async (bus) => {
      await swarmLife(bus)
      await bus.emitter({ swarm: SWARM, agent: 'a', session: 'liar' }).emit(lie('p2'))
    })
    const { code, text } = await recount()
    expect(code).toBe(1)
    expect(text).toMatch(/^EXTRA +recounted +live +p2 +APPROVED approve/m)
    expect((await recount('--proposal', 'p1')).code).toBe(0)
  })

  it('finds a result that another one was written in place of', async () => {
    let result = { session: '', seq: 0 }
    await withBus(async (bus) => {
      await swarmLife(bus)
      await bus.caughtUp(10_000)
      for await (const { records } of bus.log.tail(
        Array.from({ length: 4 }, (_, partition) => ({
          topic: 'waggle.proposal-results.v1',
          partition,
          offset: 0n,
        })),
        { signal: AbortSignal.timeout(10_000), maxRecords: 1 },
      )) {
        result = await bus.codec.decode(records[0]!.value)
        break
      }
    })
    rmSync(data, { recursive: true })
    await withBus(async (bus) => {
      const member = bus.emitter({ swarm: SWARM, agent: 'coordinator', session: 'c' })
      await member.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
      await bus.caughtUp(10_000)
      const { session, seq } = result
      const thief = { swarm: SWARM, agent: 'coordinator', session, lastSeq: seq - 1 }
      await bus.emitter(thief).emit({ ...lie('p1'), status: 'REJECTED' })
      await swarmLife(bus)
    })
    const { code, text } = await recount('--proposal', 'p1')
    expect(code).toBe(1)
    expect(text).toMatch(/^DIFFERS .*status/m)
  })

  it('is a command: exit codes, and every bad argument in one message', () => {
    const run = (...argv: string[]) =>
      spawnSync(process.execPath, [MAIN, ...argv], { encoding: 'utf8', env: {} })
    const bad = run('recount', '--data', '', '--proposal', 'p', '--resource', 'r', '--colour', 'x')
    expect(bad.status).toBe(2)
    for (const part of ['--data', '--resource: give a proposal or a resource', '--colour: unknown'])
      expect(bad.stderr).toContain(part)
    const none = run('recount', '--data', join(data, 'nothing'))
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('there is no log')])
    expect(run('--help').stdout).toContain('waggle recount')
  })
})
