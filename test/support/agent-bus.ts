import { silentLogger, type Clock } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import type { AgentSdkBus } from '@waggle/agent'
import { createMemoryProjection, createReadBack } from '@waggle/memory'
import { createBankProjection } from '@waggle/reasoning-bank'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { openEmbeddedBus } from '@waggle-services/embedded'

export interface OpenAgentBus extends AgentSdkBus {
  caughtUp(timeoutMs: number): Promise<void>
  stop(): Promise<void>
}

/** The embedded bus with memory and bank, for tests of the agents' side. */
export async function openAgentBus(options: {
  readonly log: 'memory' | 'lmdb'
  readonly dataDir: string
  readonly clock: Clock
}): Promise<OpenAgentBus> {
  const { clock, ...config } = options
  const bus = await openEmbeddedBus(
    { ...config, analytics: 'off' },
    { clock, logger: silentLogger },
  )
  const { log, codec, vault } = bus
  const parts = { log, codec, clock, logger: silentLogger }
  const embedder = createLexicalEmbedder()
  const memory = createMemoryProjection({
    vault,
    openIndex: () => createRecallIndex({ embedder }),
    readBack: createReadBack({ log, codec, vault }),
  })
  const bank = createBankProjection()
  const runners = [
    createRunner({ ...parts, projection: memory }),
    createRunner({ ...parts, projection: bank }),
  ] as const
  for (const runner of runners) await runner.start()
  return {
    ...bus,
    memory: { view: memory.view, runner: runners[0] },
    bank: { view: bank.view, runner: runners[1] },
    caughtUp: async (timeoutMs) => {
      await bus.caughtUp(timeoutMs)
      for (const runner of runners) await runner.caughtUp(timeoutMs)
    },
    stop: async () => {
      for (const runner of runners) await runner.stop()
      await bus.stop()
    },
  }
}
