import { silentLogger, type Clock } from '@waggle/base'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

export type OpenAgentBus = EmbeddedBus

/** The embedded bus as the agents' side has it, with a bank and without ClickHouse. */
export function openAgentBus(options: {
  readonly log: 'memory' | 'lmdb'
  readonly dataDir: string
  readonly clock: Clock
}): Promise<OpenAgentBus> {
  const { clock, ...config } = options
  return openEmbeddedBus(
    { ...config, analytics: 'off', bank: 'on' },
    { clock, logger: silentLogger },
  )
}
