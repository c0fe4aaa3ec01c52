import { AsyncLocalStorage } from 'node:async_hooks'
import type { Random } from '@waggle/base'
import type { LookAheadGuard } from './look-ahead-guard.ts'

interface Trapped {
  readonly guard: LookAheadGuard
  readonly random: Random
}

/** Set while code of an agent runs, across its awaits; unset in what it calls of the harness. */
const agentCode = new AsyncLocalStorage<Trapped | undefined>()

/** Runs code of an agent: its looks at the wall clock are refused, and its chance comes from the seed. */
export function runTrapped<T>(trapped: Trapped, run: () => T): T {
  return agentCode.run(trapped, run)
}

/** Runs code of the harness on behalf of an agent. */
export function runOutside<T>(run: () => T): T {
  return agentCode.run(undefined, run)
}

let installed = 0
let restore = (): void => {}

/**
 * Replaces the clocks and the chance of this realm until the function returned is called; others than agents under
 * test see the real ones. What an agent reads from files, networks or other threads is beyond its reach.
 */
export function installTrap(): () => void {
  if (installed++ === 0) restore = replaceGlobals()
  let done = false
  return () => {
    if (done) return
    done = true
    if (--installed === 0) restore()
  }
}

function replaceGlobals(): () => void {
  const chance = Math as { random: () => number }
  const { Date: RealDate, performance } = globalThis
  const realNow = performance.now
  const realRandom = chance.random
  const realHrtime = process.hrtime
  const check = (what: string): void => {
    agentCode.getStore()?.guard.refuse('WALL_CLOCK', `the agent asked ${what}`)
  }
  const now = (): number => {
    check('Date.now')
    return RealDate.now()
  }
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, self) => {
      if (args.length === 0) check('new Date')
      return Reflect.construct(target, args, self) as Date
    },
    apply: () => {
      check('Date')
      return new RealDate().toString()
    },
    get: (target, key, self) => (key === 'now' ? now : (Reflect.get(target, key, self) as unknown)),
  })
  performance.now = () => {
    check('performance.now')
    return realNow.call(performance)
  }
  const hrtime = (since?: [number, number]): [number, number] => {
    check('process.hrtime')
    return realHrtime(since)
  }
  process.hrtime = Object.assign(hrtime, {
    bigint: () => {
      check('process.hrtime')
      return realHrtime.bigint()
    },
  })
  chance.random = () => agentCode.getStore()?.random.next() ?? realRandom()
  return () => {
    globalThis.Date = RealDate
    performance.now = realNow
    chance.random = realRandom
    process.hrtime = realHrtime
  }
}

/** The same object, whose methods, and those of the objects in it, run outside the trap. */
export function outside<T extends object>(target: T): T {
  return new Proxy(target, {
    get: (of, key, self) => {
      const value: unknown = Reflect.get(of, key, self)
      if (typeof value === 'function')
        return (...args: unknown[]) => runOutside(() => Reflect.apply(value, of, args) as unknown)
      const isPart = typeof value === 'object' && value !== null && !Array.isArray(value)
      return isPart ? outside(value) : value
    },
  })
}
