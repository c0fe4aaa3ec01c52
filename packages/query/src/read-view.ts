import { WaggleError, type Micros } from '@waggle/base'
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
 * come in time; never an older answer in silence. VIEW_UNAVAILABLE while the view was dropped and is filled again.
 */
export async function readView<V, T>(
  source: ViewSource<V>,
  read: (view: V) => T | Promise<T>,
  { after = [], timeoutMs = TIMEOUT_MS }: ReadOptions = {},
): Promise<Answer<T>> {
  const { progress } = source.runner
  await progress.waitFor(ofView(source.runner, after), timeoutMs)
  checkWhole(source.runner)
  // The instance that serves now, and how far it is before it is read: an answer holds at least that.
  const applied = new Map(progress.freshness.applied)
  const value = await read(source.view)
  return { value, freshness: { applied, age: progress.age } }
}

function checkWhole({ name, isRebuilding = false }: ProjectionRunner): void {
  if (!isRebuilding) return
  const what = `${name} was dropped and is built again; ask once it has caught up`
  throw new WaggleError('VIEW_UNAVAILABLE', what, { input: name })
}

/** A view waits for the topics it projects: the others cannot change its answers. */
function ofView({ projection }: ProjectionRunner, after: readonly Position[]): readonly Position[] {
  return after.filter(({ topic }) => projection.topics.includes(topic))
}
