import type { Redis } from 'ioredis'
import type { Clock, Micros, Random } from '@waggle/base'

/** Deletes the key only if it is still ours. */
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end`
const DRIFT_SHARE = 0.01
const DRIFT_MS = 2

export interface RedlockHold {
  readonly value: string
  /** Until when the client may take itself for the holder, by its own clock. */
  readonly validUntil: Micros
}

/**
 * The algorithm of redis.io/docs/latest/develop/use/patterns/distributed-locks ("Redlock"), small but whole: SET
 * NX PX of a random value on all of N masters; held if a majority took it and time is left, which is the TTL
 * less what asking took and a share for the drift of clocks; else undone everywhere.
 */
export class Redlock {
  readonly #servers: readonly Redis[]
  readonly #clock: Clock
  readonly #random: Random

  constructor(servers: readonly Redis[], clock: Clock, random: Random) {
    this.#servers = servers
    this.#clock = clock
    this.#random = random
  }

  async acquire(resource: string, ttlMs: number): Promise<RedlockHold | undefined> {
    const value = this.#random.sessionId()
    const start = this.#clock.now()
    const taken = await Promise.allSettled(
      this.#servers.map((server) => server.set(resource, value, 'PX', ttlMs, 'NX')),
    )
    const votes = taken.filter((one) => one.status === 'fulfilled' && one.value === 'OK').length
    const validUntil = start + (ttlMs * (1 - DRIFT_SHARE) - DRIFT_MS) * 1000
    const hold = { value, validUntil }
    if (votes * 2 > this.#servers.length && this.isValid(hold)) return hold
    await this.release(resource, hold)
    return undefined
  }

  isValid({ validUntil }: RedlockHold): boolean {
    return this.#clock.now() < validUntil
  }

  async release(resource: string, { value }: RedlockHold): Promise<void> {
    await Promise.allSettled(
      this.#servers.map((server) => server.eval(RELEASE, 1, resource, value)),
    )
  }
}
