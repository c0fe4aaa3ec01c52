import type { AskViews } from './lock-life.ts'
import { COUNTERS, NAMESPACE } from './scenario.ts'
import type { SimAgent } from './sim-agent.ts'
import { pick, SECOND } from './world.ts'

/** Adds one to a counter in shared memory, by compare and set on what the first view that is asked says. */
export async function countLife(agent: SimAgent, views: AskViews): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await agent.rest(0, 6 * SECOND)
    const key = pick(agent.random, COUNTERS)
    const entry = views()
      .map((view) => view.entry(agent.scope, NAMESPACE, key))
      .find((found) => found !== undefined)
    const { value = '0', version = 0 } = entry ?? {}
    await agent.say({
      kind: 'memory_write',
      namespace: NAMESPACE,
      key,
      value: String(Number(value) + 1),
      expected_version: version,
    })
  }
}
