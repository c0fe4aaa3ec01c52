import type { Clock, Micros, Random } from '@waggle/base'

/** Something that runs by itself and may die: an agent, a coordinator, a view. */
export interface Process {
  readonly name: string
  readonly random: Random
  dead: boolean
}

interface Turn {
  readonly at: Micros
  readonly process: Process
  readonly resolve: () => void
}

/**
 * Time and order of everything: a process that awaits I/O or sleeps waits for its turn, and of the turns that
 * are due the seed picks one. Whatever then runs is one thread until its next await; time passes only between
 * turns. What a dead process waits for never comes.
 */
export class Scheduler {
  #now: Micros
  #waiting: Turn[] = []
  #steps = 0
  readonly #random: Random

  constructor(random: Random, start: Micros) {
    this.#random = random
    this.#now = start
  }

  get now(): Micros {
    return this.#now
  }

  /** Turns taken so far. */
  get steps(): number {
    return this.#steps
  }

  /** Resolves at a turn at least `micros` from now. */
  turn(process: Process, micros = 0): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ at: this.#now + micros, process, resolve })
    })
  }

  /** A clock as the process has it, `skew` µs ahead of the true one. */
  clock(process: Process, skew: Micros = 0): Clock {
    return {
      now: () => this.#now + skew,
      sleep: (ms) => this.turn(process, ms * 1000),
    }
  }

  /** Gives turns until nobody waits for one, or until `isDone` says so. */
  async run(isDone: () => boolean = () => false): Promise<void> {
    for (;;) {
      await everythingRan()
      if (isDone()) return
      const next = this.#take()
      if (next === undefined) return
      this.#steps++
      next.resolve()
    }
  }

  /** Time passes, and nothing else happens. */
  pass(micros: Micros): void {
    this.#now += micros
  }

  #take(): Turn | undefined {
    this.#waiting = this.#waiting.filter(({ process }) => !process.dead)
    if (this.#waiting.length === 0) return undefined
    let due = this.#waiting.filter(({ at }) => at <= this.#now)
    if (due.length === 0) {
      this.#now = this.#waiting.reduce((first, { at }) => Math.min(first, at), Infinity)
      due = this.#waiting.filter(({ at }) => at <= this.#now)
    }
    const next = due[Math.floor(this.#random.next() * due.length)]!
    this.#waiting.splice(this.#waiting.indexOf(next), 1)
    this.#now += Math.floor(this.#random.next() * 200)
    return next
  }
}

/** Every promise that can go on has gone on: what is left waits for a turn or for ever. */
function everythingRan(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
