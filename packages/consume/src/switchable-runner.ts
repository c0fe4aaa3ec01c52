import { WaggleError } from '@waggle/base'
import { partitionName, type Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { feedProjection } from './feed-projection.ts'
import { Progress } from './progress.ts'
import {
  createRunner,
  type ProjectionRunner,
  type RunnerOptions,
  type RunnerStatus,
} from './projection-runner.ts'
import type { Projection } from './projection.ts'
import { diffRows, type RowDifference } from './view-rows.ts'

/**
 * Makes a new, empty instance of a view. `isMuted` is true while another instance is the one that speaks: whatever
 * the view would say in the log is then to be dropped, for the log has it, or the other says it.
 */
export type MakeProjection<P extends Projection> = (isMuted: () => boolean) => P

/** A second instance of a view, built beside the one that serves. */
export interface Shadow<P extends Projection> {
  readonly projection: P
  /** Records that it refused and the runner before it may have taken. */
  readonly refused: readonly Position[]
  /** Reads up to where the live view is; the live view goes on meanwhile. */
  catchUp(): Promise<void>
  /** Row by row, both at the same positions. The live view serves reads meanwhile, and applies nothing new. */
  diff(): Promise<RowDifference[]>
  /**
   * From one read to the next every reader sees this instance, at the very positions where the other stood. The
   * other is kept for `rollback`.
   */
  switch(): Promise<void>
}

/** The runner of a view whose instance can be exchanged while it is read. `projection` is the instance that serves. */
export interface SwitchableRunner<P extends Projection> extends ProjectionRunner {
  readonly projection: P
  /** An instance beside this one, by the same factory or another; empty until it catches up. */
  shadow(make?: MakeProjection<P>): Shadow<P>
  /** Back to the instance before the last switch, after it has read what it missed; NOT_FOUND where there is none. */
  rollback(): Promise<void>
  /** Lets go of the instance kept for `rollback`. */
  retire(): void
}

export interface SwitchableOptions<P extends Projection> extends Omit<RunnerOptions, 'projection'> {
  readonly make: MakeProjection<P>
}

/** Close enough for the last stretch, which the live view waits for. */
const STRETCHES_MAX = 16
const NEAR_RECORDS = 1000n

export function createSwitchableRunner<P extends Projection>(
  options: SwitchableOptions<P>,
): SwitchableRunner<P> {
  return new Switchable(options)
}

interface Generation<P extends Projection> {
  readonly projection: P
  readonly runner: ProjectionRunner
}

class Switchable<P extends Projection> implements SwitchableRunner<P> {
  readonly name: string
  /** One for all instances: whoever waits for a position is not left behind by a switch. */
  readonly progress: Progress
  readonly #options: SwitchableOptions<P>
  #live: Generation<P>
  #previous: Generation<P> | undefined
  #wanted: 'idle' | 'running' | 'paused' = 'idle'
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: SwitchableOptions<P>) {
    this.#options = options
    this.progress = new Progress(options.clock)
    this.#live = this.#generation(options.make)
    this.name = this.projection.name
  }

  get projection(): P {
    return this.#live.projection
  }

  get isRebuilding(): boolean {
    return this.#live.runner.isRebuilding === true
  }

  start(): Promise<void> {
    return this.#set('running', (runner) => runner.start())
  }

  stop(): Promise<void> {
    return this.#set('idle', (runner) => runner.stop())
  }

  pause(): Promise<void> {
    return this.#set('paused', (runner) => runner.pause())
  }

  resume(): Promise<void> {
    return this.#set('running', (runner) => runner.resume())
  }

  rebuild(): Promise<void> {
    return this.#set('running', (runner) => runner.rebuild())
  }

  caughtUp(timeoutMs: number): Promise<void> {
    return this.#live.runner.caughtUp(timeoutMs)
  }

  status(): Promise<RunnerStatus> {
    return this.#live.runner.status()
  }

  shadow(make: MakeProjection<P> = this.#options.make): Shadow<P> {
    const made = this.#generation(make)
    const refused: Position[] = []
    const feed = async (): Promise<void> => {
      refused.push(...(await feedProjection(this.#options, made.projection, this.#mark())))
    }
    const catchUp = async (): Promise<void> => {
      for (let stretch = 0; stretch < STRETCHES_MAX; stretch++) {
        const mark = this.#mark()
        await feed()
        if (distance(mark, this.#mark()) <= NEAR_RECORDS) return
      }
    }
    return {
      projection: made.projection,
      refused,
      catchUp,
      diff: async () => {
        await catchUp()
        return this.#resting(async ({ projection }) => {
          await feed()
          return [...diffRows(rowsOf(projection), rowsOf(made.projection))]
        })
      },
      switch: async () => {
        await catchUp()
        await this.#switchTo(made, feed)
      },
    }
  }

  async rollback(): Promise<void> {
    const back = this.#previous
    if (back === undefined)
      throw new WaggleError('NOT_FOUND', `${this.name} has no instance to go back to`)
    await this.#switchTo(back, async () => {
      await feedProjection(this.#options, back.projection, this.#mark())
    })
  }

  retire(): void {
    this.#previous = undefined
  }

  #generation(make: MakeProjection<P>): Generation<P> {
    const made: { -readonly [K in keyof Generation<P>]?: Generation<P>[K] } = {}
    const projection = make(() => this.#live !== made)
    const { progress } = this
    return Object.assign(made, {
      projection,
      runner: createRunner({ ...this.#options, projection, progress }),
    })
  }

  #switchTo(next: Generation<P>, feed: () => Promise<void>): Promise<void> {
    return this.#resting(async (live) => {
      if (live === next) return
      // What the live instance has not said yet it says now, or nothing is switched.
      await live.projection.checkpoints()
      await feed()
      this.#previous = live
      this.#live = next
    })
  }

  /** Runs a task while the live instance applies nothing; whichever is live then goes on. */
  #resting<T>(task: (live: Generation<P>) => Promise<T>): Promise<T> {
    return this.#queued(async () => {
      const live = this.#live
      if (this.#wanted === 'running') await live.runner.stop()
      try {
        return await task(live)
      } finally {
        if (this.#wanted === 'running') await this.#live.runner.start()
      }
    })
  }

  #set(
    wanted: 'idle' | 'running' | 'paused',
    tell: (runner: ProjectionRunner) => Promise<void>,
  ): Promise<void> {
    return this.#queued(async () => {
      this.#wanted = wanted
      await tell(this.#live.runner)
    })
  }

  #queued<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#last.then(task)
    this.#last = next.catch(() => {})
    return next
  }

  /** Where the live instance stands. */
  #mark(): Position[] {
    const { log, partitions } = this.#options
    const all = partitions ?? partitionsOf(log, this.projection.topics)
    return all.map((at) => ({ ...at, offset: this.progress.nextOffset(partitionName(at)) }))
  }
}

function distance(from: readonly Position[], to: readonly Position[]): bigint {
  return to.reduce((sum, { offset }, index) => sum + offset - from[index]!.offset, 0n)
}

function rowsOf(projection: Projection): Iterable<{ key: string; value: string }> {
  if (projection.rows !== undefined) return projection.rows()
  throw new WaggleError('NOT_FOUND', `${projection.name} cannot be compared row by row`)
}
