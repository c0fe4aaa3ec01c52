import { rmSync } from 'node:fs'
import type { Clock, Logger } from '@waggle/base'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import type { DemoHost, Digests } from './demo-host.ts'

export interface EmbeddedHostOptions {
  readonly data: string
  readonly fresh: boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** The demo in one process. */
export async function openEmbeddedHost(options: EmbeddedHostOptions): Promise<DemoHost> {
  const { data, fresh, clock, logger } = options
  if (fresh) rmSync(data, { recursive: true, force: true })
  const bus = await openEmbeddedBus({ dataDir: data, analyticsRestMs: 5000 }, { clock, logger })
  return {
    log: bus.log,
    codec: bus.codec,
    coordination: bus.coordinator,
    memory: bus.memory,
    emitter: (needs) => bus.emitter(needs),
    query: (scope) => bus.query(scope),
    stateOf: async (scope, agent) =>
      bus.hot.view.agentState(scope, agent, 'CHECKPOINT')?.event.state,
    caughtUp: (timeoutMs) => bus.caughtUp(timeoutMs),
    compareRebuilt: async () => {
      const live = await digestsOf(bus)
      await bus.rebuild()
      return { live, rebuilt: await digestsOf(bus) }
    },
    stop: () => bus.stop(),
  }
}

async function digestsOf(bus: EmbeddedBus): Promise<Digests> {
  const analytics = await bus.analytics?.view.digest()
  return { ...(await bus.digests()), ...(analytics === undefined ? {} : { analytics }) }
}
