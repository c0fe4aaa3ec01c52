import { vi } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createRunner, type ProjectionRunner } from '@waggle/consume'
import { createHotProjection } from '@waggle/view-hot'
import type { RedisHotStore, RedisLinkOptions } from '@waggle/view-hot/redis'
import { SWARM, type MemoryBus } from './memory-bus.ts'
import { openTestStore } from './redis.ts'

/** Short, so that a server that hangs is noticed soon. */
export const COMMAND_TIMEOUT_MS = 500
export const SCOPE = { swarm: SWARM, run: null }
const WAIT = { timeout: 60_000, interval: 20 }

export interface RunningStore extends RedisHotStore {
  readonly runner: ProjectionRunner
  stop(): Promise<void>
}

/** The hot view in Redis with a runner that has been started. */
export async function runStore(
  bus: MemoryBus,
  redis: RedisLinkOptions,
  options: {
    readonly prefix?: string
    readonly batchRecords?: number
    readonly version?: number
  } = {},
): Promise<RunningStore> {
  const { batchRecords = 16, ...rest } = options
  const limited = { commandTimeoutMs: COMMAND_TIMEOUT_MS, ...redis }
  const store = await openTestStore({ redis: limited }, bus.log, rest)
  const clock = systemClock()
  const { projection } = store
  const runner = createRunner({ ...bus, clock, logger: silentLogger, projection, batchRecords })
  await runner.start()
  const stop = async (): Promise<void> => {
    await runner.stop()
    store.close()
  }
  return { ...store, runner, stop }
}

/** Some of everything that adds up or is replaced, from one agent per call. */
export async function emitSome(bus: MemoryBus, agent: string, rounds: number): Promise<void> {
  const emitter = bus.emitter(agent, { session: `${agent}/${bus.clock.now()}` })
  for (let round = 0; round < rounds; round++) {
    bus.clock.advance(1000)
    await emitter.emitAll([
      { kind: 'agent_state', type: 'CURRENT', version: round, state: '{}' },
      { kind: 'decision', action: 'LONG', context: '', reasoning: '', confidence: 0.5 },
      { kind: 'signal', domain: 'd', severity: 'LOW', confidence: 0.5, ttl_ms: 60_000 },
      {
        kind: 'fill',
        decision: '0191f000-0000-7000-8000-000000000000',
        instrument: 'SPX',
        quantity: 1n,
        price: 10n ** 9n,
        fee: 0n,
      },
    ])
  }
}

/** The digest of the whole log, folded in process. */
export async function truthOf(bus: MemoryBus): Promise<string> {
  const projection = createHotProjection()
  const runner = createRunner({ ...bus, projection, logger: silentLogger })
  await runner.start()
  await runner.caughtUp(60_000)
  await runner.stop()
  return projection.digest()
}

/** Resolves once Redis holds exactly what the log says. */
export async function heals(bus: MemoryBus, { projection }: RedisHotStore): Promise<void> {
  const truth = await truthOf(bus)
  await until(async () => (await projection.digest()) === truth)
}

/** Waits for a condition; an error counts as not yet. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => {
    if (!(await condition())) throw new Error('The condition did not come true')
  }, WAIT)
}

export async function stalledWith(runner: ProjectionRunner, reason: RegExp): Promise<void> {
  await until(async () => {
    const status = await runner.status()
    return status.state === 'stalled' && reason.test(status.reason ?? '')
  })
}
