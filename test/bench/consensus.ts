import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger, systemClock } from '@waggle/base'
import type { Emitter } from '@waggle/emit'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { quantile, show, verify } from './measure.ts'
import type { OpenProposalsMemory } from './open-proposals.ts'

const VOTERS = ['a', 'b', 'c', 'd', 'e']
const WARM_UP = 100
const ROUNDS = 1000
const CHILD = fileURLToPath(new URL('./open-proposals.ts', import.meta.url))

/** From a question to its answer in the view, and what open questions cost in memory. */
export async function benchConsensus(): Promise<string[]> {
  const latencies = await decisions()
  const memory = JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', CHILD], { encoding: 'utf8' }),
  ) as OpenProposalsMemory
  verify(memory.open === memory.proposals, 'every proposal is open')
  const mebibytes = (bytes: number): string => show(bytes / 2 ** 20)
  return [
    'consensus, embedded',
    `  propose, ${VOTERS.length} concurrent votes -> decided, durable   p50 ${show(quantile(latencies, 0.5))} ms, p99 ${show(quantile(latencies, 0.99))} ms, max ${show(quantile(latencies, 1))} ms (n ${latencies.length})`,
    `  ${show(memory.proposals)} open proposals, ${memory.votesEach} votes each    heap ${mebibytes(memory.heapBytes)} MiB, RSS ${mebibytes(memory.rssBytes)} MiB more`,
    `  one record that ends all their deadlines        ${show(memory.endMs)} ms`,
  ]
}

async function decisions(): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = systemClock()
  const bus = await openEmbeddedBus(
    { dataDir: folder, analytics: 'off' },
    { clock, logger: silentLogger },
  )
  const { runner, view } = bus.coordinator
  const emitters = VOTERS.map((agent) => bus.emitter({ swarm: 'bench', agent, session: agent }))
  for (const emitter of emitters) await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'voter' })
  await bus.caughtUp(30_000)
  const latencies: number[] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const proposal = `p-${round}`
    const start = performance.now()
    const positions = await askAndVote(emitters, proposal, clock.now() + 60_000_000)
    await runner.progress.waitFor(positions, 5000)
    if (round >= WARM_UP) latencies.push(performance.now() - start)
    const report = view.proposal({ swarm: 'bench', run: null }, proposal)
    verify(report?.status === 'APPROVED', 'the proposal is decided')
  }
  await bus.stop()
  rmSync(folder, { recursive: true })
  return latencies
}

async function askAndVote(emitters: readonly Emitter[], proposal: string, deadline_at: number) {
  const electorate = VOTERS.map((agent) => ({ agent, weight: 1 }))
  await emitters[0]!.emit({ kind: 'proposal', proposal, question: '?', electorate, deadline_at })
  const votes = await Promise.all(
    emitters.map((emitter) =>
      emitter.emit({ kind: 'vote', proposal, choice: 'approve', confidence: 1 }),
    ),
  )
  return votes.map(({ position }) => position)
}
