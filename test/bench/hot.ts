import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { quantile, show, verify } from './measure.ts'

const AGENTS = 1000
const LOOKUPS = 2_000_000
const BLOCK = 1000
const EMITS = 2000

/** Lookups in the hot view, and the time from emit to visible with a durable log. */
export async function benchHot(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const bus = await openEmbeddedBus(
    { dataDir: folder, analytics: 'off' },
    { clock: systemClock(), logger: silentLogger },
  )
  const scope = { swarm: 'bench', run: null }
  const names = Array.from({ length: AGENTS }, (_, index) => `agent-${index}`)
  await Promise.all(
    names.map(async (agent) => {
      const emitter = bus.emitter({ swarm: 'bench', agent, session: agent })
      await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
      await emitter.emit({ kind: 'agent_state', type: 'CURRENT', version: 1, state: '{}' })
    }),
  )
  await bus.hot.runner.caughtUp(30_000)
  const { view } = bus.hot
  const blocks: number[] = []
  let found = 0
  for (let done = 0; done < LOOKUPS; done += BLOCK) {
    const start = performance.now()
    for (let i = 0; i < BLOCK; i++)
      if (view.agentState(scope, names[(done + i * 7) % AGENTS]!) !== undefined) found++
    blocks.push(((performance.now() - start) * 1e6) / BLOCK)
  }
  verify(found === LOOKUPS, 'every lookup finds its agent')
  const emitter = bus.emitter({ swarm: 'bench', agent: names[0]!, session: names[0]!, lastSeq: 2 })
  const latencies: number[] = []
  for (let version = 2; version < EMITS; version++) {
    const start = performance.now()
    const { position } = await emitter.emit({
      kind: 'agent_state',
      type: 'CURRENT',
      version,
      state: '{}',
    })
    await bus.hot.runner.progress.waitFor([position], 5000)
    latencies.push(performance.now() - start)
    verify(
      view.agentState(scope, names[0]!)?.event.version === version,
      'what was emitted is visible',
    )
  }
  await bus.stop()
  rmSync(folder, { recursive: true })
  return [
    `hot view with ${AGENTS} agents`,
    `  lookup of the latest agent state                p50 ${show(quantile(blocks, 0.5))} ns, p99 ${show(quantile(blocks, 0.99))} ns (blocks of ${BLOCK})`,
    `  emit -> visible, durable                        p50 ${show(quantile(latencies, 0.5))} ms, p99 ${show(quantile(latencies, 0.99))} ms, max ${show(quantile(latencies, 1))} ms`,
  ]
}
