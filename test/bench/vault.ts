import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import type { AnyDraft } from '@waggle/emit'
import { createMemoryProjection } from '@waggle/memory'
import { opened, replay } from '@waggle/replay'
import { createFileVault } from '@waggle/vault'
import { memoryBus, SWARM } from '../support/memory-bus.ts'
import { interleaved, line, verify } from './measure.ts'

const EVENTS = 20_000
const BATCH = 1000
const SUBJECTS = 200
const ROUNDS = 5
const OBSERVATIONS = 200_000
const AGENTS = 10

/** What it costs to seal and to open, and what a quarantine costs: nothing has to be rebuilt for one. */
export async function benchVault(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'waggle-bench-'))
  try {
    return [...(await sealing(folder)), ...(await quarantining())]
  } finally {
    await rm(folder, { recursive: true })
  }
}

const text = 'The client asked for less risk before the summer and named three holdings. '.repeat(3)

async function sealing(folder: string): Promise<string[]> {
  const vault = createFileVault(folder)
  const bus = await memoryBus({ seal: vault.seal })
  let session = 0
  const emitAbout = async (subjectOf: (index: number) => string | null): Promise<number> => {
    const emitter = bus.emitter('a', { session: `s${session++}` })
    const start = performance.now()
    for (let at = 0; at < EVENTS; at += BATCH) {
      await emitter.emitAll(
        Array.from({ length: BATCH }, (_, index): AnyDraft => ({
          kind: 'observation',
          domain: 'd',
          source: 's',
          content: text,
          subject: subjectOf(at + index),
        })),
      )
    }
    return EVENTS / ((performance.now() - start) / 1000)
  }
  const emitted = await interleaved(ROUNDS, [
    { name: 'plain', run: () => emitAbout(() => null) },
    { name: 'sealed', run: () => emitAbout((index) => `subject-${index % SUBJECTS}`) },
  ])
  const read = async (open: boolean): Promise<number> => {
    const options = { ...bus, topics: ['waggle.observations.v1'], run: null }
    const start = performance.now()
    let readable = 0
    let events = 0
    for await (const { event } of open ? opened(vault, replay(options)) : replay(options)) {
      events++
      if (event.kind === 'observation' && event.content === text) readable++
    }
    verify(events === EVENTS * ROUNDS * 2, 'every event is read')
    verify(readable === (open ? events : events / 2), 'half of them are sealed')
    return events / ((performance.now() - start) / 1000)
  }
  const readAt = await interleaved(3, [
    { name: 'sealed', run: () => read(false) },
    { name: 'opened', run: () => read(true) },
  ])
  return [
    `Vault: ${EVENTS} observations of ${text.length} bytes, ${SUBJECTS} subjects, log in memory, keys in files, fsynced once each`,
    line('emit without a subject', emitted.get('plain')!, 'events/s'),
    line('emit, sealed', emitted.get('sealed')!, 'events/s'),
    line('replay, half of it sealed, left so', readAt.get('sealed')!, 'events/s'),
    line('replay, half of it sealed, opened', readAt.get('opened')!, 'events/s'),
  ]
}

async function quarantining(): Promise<string[]> {
  const bus = await memoryBus()
  const random = seededRandom(1)
  for (let agent = 0; agent < AGENTS; agent++) {
    const emitter = bus.emitter(`agent-${agent}`)
    for (let at = 0; at < OBSERVATIONS / AGENTS; at += BATCH) {
      bus.clock.advance(1000)
      await emitter.emitAll(
        Array.from({ length: BATCH }, (): AnyDraft => ({
          kind: 'observation',
          domain: 'd',
          source: 's',
          content: `price ${random.next()}`,
        })),
      )
    }
  }
  const clock = systemClock()
  const projection = createMemoryProjection()
  const runner = createRunner({ ...bus, clock, logger: silentLogger, projection })
  await runner.start()
  await runner.caughtUp(600_000)
  const judge = bus.emitter('judge')
  const scope = { swarm: SWARM, run: null }
  const saidByLiar = async (): Promise<number> =>
    (await projection.view.episodes(scope, { source: 'agent-3', limit: 10 })).length
  const takeOut = async (lifted: boolean): Promise<number> => {
    const start = performance.now()
    const said = { quarantined: 'agent-3', since: 0, lifted, reason: 'bench' }
    const { position } = await judge.emit({ kind: 'quarantine', ...said })
    await runner.progress.waitFor([position], 10_000)
    verify((await saidByLiar()) === (lifted ? 10 : 0), 'the quarantine is in the answer')
    return performance.now() - start
  }
  const taken: number[] = []
  const rebuilt: number[] = []
  for (let round = 0; round < 3; round++) {
    taken.push(await takeOut(false))
    const start = performance.now()
    await runner.rebuild()
    rebuilt.push(((performance.now() - start) / 1000) * (1_000_000 / OBSERVATIONS))
    verify((await saidByLiar()) === 0, 'a rebuild finds the quarantine')
    taken.push(await takeOut(true))
  }
  await runner.stop()
  return [
    `Quarantine of one of ${AGENTS} agents, ${OBSERVATIONS.toLocaleString('en')} observations, log in memory, no index of texts`,
    line('emit quarantine -> in the answers', taken, 'ms'),
    line('rebuild of the memory view, per 1M events', rebuilt, 's'),
  ]
}
