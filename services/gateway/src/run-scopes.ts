import type { SwarmRun } from '@waggle/api'
import { FORK_RUN_PREFIX } from '@waggle/event'
import { forksOf } from '@waggle/fork'
import type { GatewayBus } from './gateway-bus.ts'

type Overview = Pick<GatewayBus, 'hot' | 'memory' | 'log' | 'codec'>

/** Under this name the coordinator keeps idle partitions moving; a swarm may have it all the same. */
const TICKS = 'waggle'

/** Swarms seen in any run, sorted. */
export function swarmsSeen({ hot, memory }: Pick<Overview, 'hot' | 'memory'>): string[] {
  const inMemory = memory.view.runs().flatMap((run) => memory.view.swarms(run))
  const live = hot.view
    .scopes()
    .filter((scope) => scope.swarm !== TICKS || hot.view.agents(scope).length > 0)
  return [...new Set([...live.map(({ swarm }) => swarm), ...inMemory])].sort()
}

/** Runs of a swarm, live first; forks that have said nothing yet are among them, with the run they leave. */
export async function runsOf(bus: Overview, swarm: string): Promise<SwarmRun[]> {
  const { hot, memory } = bus
  const forks = await forksOf(bus, swarm)
  const seen = hot.view.scopes().filter((scope) => scope.swarm === swarm)
  const remembered = memory.view.runs().filter((run) => memory.view.swarms(run).includes(swarm))
  const runs = new Set([...seen.map(({ run }) => run), ...remembered, ...forks.keys()])
  return [...runs]
    .sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))
    .map((run) => {
      const fork = run === null ? undefined : forks.get(run)
      const name = fork === undefined ? null : run!.slice(FORK_RUN_PREFIX.length)
      const clock = hot.view.clock({ swarm, run })
      return { swarm, run, parent: fork?.parent_run ?? null, name, clock }
    })
}
