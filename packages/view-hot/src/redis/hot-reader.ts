import { isWaggleError, type Clock } from '@waggle/base'
import type { Freshness } from '@waggle/consume'
import type { HotOverview, HotView } from '../hot-view.ts'

/** An answer says where it comes from and how far that had read. */
export interface HotAnswer<T> {
  readonly value: T
  readonly freshness: Freshness
  readonly source: 'redis' | 'in-process'
}

/** The questions of HotView, asked of a view that may be elsewhere; what there is to ask about only a folding process knows. */
export type HotReader = {
  readonly [Q in Exclude<keyof HotView, keyof HotOverview>]: (
    ...args: Parameters<HotView[Q]>
  ) => Promise<HotAnswer<ReturnType<HotView[Q]>>>
}

/** The view that a process keeps itself by tailing the log. */
export interface InProcessHot {
  readonly view: HotView
  /** Of the runner that feeds it. */
  readonly freshness: () => Freshness
}

export interface FallbackOptions {
  readonly primary: HotReader
  readonly fallback: InProcessHot
  readonly clock: Clock
  /** Milliseconds for which a Redis that did not serve is not asked again. */
  readonly retryMs?: number
  /** Redis answers only while it is at most this many records behind the process itself. */
  readonly behindMax?: bigint
}

const QUESTIONS = [
  'agent',
  'agents',
  'isMember',
  'agentState',
  'activeSignals',
  'recentDecisions',
  'holding',
  'holdings',
  'lastBars',
  'clock',
] as const satisfies readonly (keyof HotReader)[]

type Question = (...args: unknown[]) => unknown
type Asked = (...args: unknown[]) => Promise<HotAnswer<unknown>>

export function createInProcessReader({ view, freshness }: InProcessHot): HotReader {
  return byQuestion((question) => async (...args) => {
    const { applied, appliedAt } = freshness()
    const value = (view[question] as Question)(...args)
    return { value, freshness: { applied: new Map(applied), appliedAt }, source: 'in-process' }
  })
}

/**
 * Asks Redis, and the process's own view where Redis does not serve or, after a loss, is still being
 * rebuilt. The answer says which it was.
 */
export function createFallbackHotReader(options: FallbackOptions): HotReader {
  const { primary, fallback, clock, retryMs = 1000, behindMax = 10_000n } = options
  const own = createInProcessReader(fallback)
  let restsUntil = 0
  return byQuestion((question) => async (...args) => {
    const inProcess = (): Promise<HotAnswer<unknown>> => (own[question] as Asked)(...args)
    if (clock.now() < restsUntil) return inProcess()
    try {
      const answer = await (primary[question] as Asked)(...args)
      return isBehind(answer.freshness, fallback.freshness(), behindMax) ? inProcess() : answer
    } catch (error) {
      if (!isWaggleError(error, 'VIEW_UNAVAILABLE')) throw error
      restsUntil = clock.now() + retryMs * 1000
      return inProcess()
    }
  })
}

/** A partition that Redis knows nothing of, though this process does, was lost there. */
function isBehind({ applied }: Freshness, own: Freshness, max: bigint): boolean {
  let behind = 0n
  for (const [partition, next] of applied) {
    const lead = (own.applied.get(partition) ?? 0n) - next
    if (lead > 0n && next === 0n) return true
    if (lead > 0n) behind += lead
  }
  return behind > max
}

function byQuestion(make: (question: keyof HotReader) => Asked): HotReader {
  return Object.fromEntries(
    QUESTIONS.map((question) => [question, make(question)]),
  ) as unknown as HotReader
}
