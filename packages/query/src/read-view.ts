import type { Micros } from '@waggle/base'
import type { ProjectionRunner } from '@waggle/consume'
import type { Position } from '@waggle/event'

export interface ReadOptions {
  /** Positions the answer must include, such as those of one's own writes. */
  readonly after?: readonly Position[]
  /** How long to wait for them, in milliseconds. */
  readonly timeoutMs?: number
}

/** An answer says how fresh it is. */
export interface Answer<T> {
  readonly value: T
  readonly freshness: {
    /** Next offset of every partition the view has applied. */
    readonly applied: ReadonlyMap<string, bigint>
    /** Microseconds since the view last applied something. */
    readonly age: Micros
  }
}

/** A view with the runner that feeds it. */
export interface ViewSource<V> {
  readonly view: V
  readonly runner: ProjectionRunner
}

const TIMEOUT_MS = 5000

/**
 * Reads a view, after waiting for the positions given: read-your-writes, or VIEW_STALE when they do not
 * come in time; never an older answer in silence.
 */
export async function readView<V, T>(
  { view, runner }: ViewSource<V>,
  read: (view: V) => T | Promise<T>,
  { after = [], timeoutMs = TIMEOUT_MS }: ReadOptions = {},
): Promise<Answer<T>> {
  await runner.progress.waitFor(ofView(runner, after), timeoutMs)
  const value = await read(view)
  const { applied } = runner.progress.freshness
  return { value, freshness: { applied: new Map(applied), age: runner.progress.age } }
}

/** A view waits for the topics it projects: the others cannot change its answers. */
function ofView({ projection }: ProjectionRunner, after: readonly Position[]): readonly Position[] {
  return after.filter(({ topic }) => projection.topics.includes(topic))
}
