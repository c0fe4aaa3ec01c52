import { randomUUID } from 'node:crypto'

/** Randomness is injected, so that a run repeats from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** A name no other producer uses. */
  sessionId(): string
}

/** Chance of the system. */
export function systemRandom(): Random {
  return { next: Math.random, sessionId: randomUUID }
}

/** mulberry32 (Tommy Ettinger, public domain): 32-bit state, good enough to simulate with. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return { next, sessionId: () => `seeded-${seed}-${Math.floor(next() * 4_294_967_296)}` }
}
