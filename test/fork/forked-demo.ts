import { silentLogger, systemClock, type Micros } from '@waggle/base'
import { fork, openFork, type Change, type ForkBus } from '@waggle/fork'
import { createMemoryProjection, createReadBack } from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import {
  bindSwarm,
  closeOf,
  createMarketClock,
  parseDemoArguments,
  readBars,
  runSwarm,
  type BarFile,
  type SwarmHost,
  type SwarmMinds,
} from '@waggle-services/demo'

export const DEMO = { swarm: 'demo', run: 'backtest-SPX' }
const HOUR: Micros = 3_600_000_000
const WAIT_MS = 60_000
const UNTIL = '2001-02-28'

export interface ForkedDemo {
  readonly bus: EmbeddedBus
  /** Forks the demo at the close of a day, changes it, and lets it trade to the end of its bars. */
  fork(options: { run: string; day: string; change?: Change; minds?: SwarmMinds }): Promise<ForkBus>
  stop(): Promise<void>
}

/** The demo swarm over 291 bars, on a memory log. */
export async function forkedDemo(): Promise<ForkedDemo> {
  const deps = { clock: systemClock(), logger: silentLogger }
  const bus = await openEmbeddedBus({ log: 'memory', analytics: 'off', dataDir: 'unused' }, deps)
  const all = readBars(parseDemoArguments([]).bars)
  const file: BarFile = { ...all, bars: all.bars.filter(({ date }) => date <= UNTIL) }
  const parent: SwarmHost = {
    coordination: bus.coordination,
    memory: bus.memory,
    emitter: (needs) => bus.emitter(needs),
    stateOf: async (scope, agent) =>
      bus.hot.view.agentState(scope, agent, 'CHECKPOINT')?.event.state,
  }
  const trade = (host: SwarmHost, run: string, minds?: SwarmMinds): Promise<number> => {
    const clock = createMarketClock()
    const swarmBus = bindSwarm(host, clock, { ...DEMO, run })
    return runSwarm({ bus: swarmBus, clock, symbol: 'SPX', file, ...(minds && { minds }) })
  }
  await trade(parent, DEMO.run)
  await bus.caughtUp(WAIT_MS)
  const forks: ForkBus[] = []
  return {
    bus,
    fork: async ({ run, day, change, minds }) => {
      const from = { at: closeOf(day) + HOUR }
      const forked = await fork({
        bus,
        swarm: DEMO.swarm,
        parent: DEMO.run,
        run,
        from,
        ...(change && { change }),
      })
      const opened = await openFork(forked, { ...bus, logger: silentLogger })
      forks.push(opened)
      const openIndex = () => createRecallIndex({ embedder: createLexicalEmbedder() })
      const readBack = createReadBack(opened)
      const memory = await opened.project(createMemoryProjection({ openIndex, readBack }))
      await opened.caughtUp(WAIT_MS)
      const host: SwarmHost = {
        coordination: opened.coordination,
        memory: { view: memory.projection.view, runner: memory.runner },
        emitter: (needs) => opened.emitter(needs),
        stateOf: async (scope, agent) =>
          opened.hot.view.agentState(scope, agent, 'CHECKPOINT')?.event.state,
      }
      await trade(host, run, minds)
      await opened.caughtUp(WAIT_MS)
      return opened
    },
    stop: async () => {
      for (const opened of forks) await opened.stop()
      await bus.stop()
    },
  }
}
