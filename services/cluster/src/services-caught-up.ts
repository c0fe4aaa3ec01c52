import { WaggleError, type Clock } from '@waggle/base'
import type { Health } from '@waggle/service'

const POLL_MS = 50

export interface CaughtUpOptions {
  readonly clock: Clock
  readonly timeoutMs: number
}

/** Resolves when every service says that nothing is left to apply; VIEW_STALE with what it said last. */
export async function allCaughtUp(
  urls: readonly string[],
  { clock, timeoutMs }: CaughtUpOptions,
): Promise<void> {
  const deadline = clock.now() + timeoutMs * 1000
  for (const url of urls) {
    for (let last = 'nothing'; ; await clock.sleep(POLL_MS)) {
      const answer = await healthAt(url).catch(() => undefined)
      if (answer !== undefined && isIdle(answer)) break
      last = answer === undefined ? last : JSON.stringify(answer)
      if (clock.now() < deadline) continue
      throw new WaggleError('VIEW_STALE', `${url} said ${last} after ${timeoutMs} ms`)
    }
  }
}

async function healthAt(url: string): Promise<Health> {
  const response = await fetch(new URL('/health', url))
  return (await response.json()) as Health
}

function isIdle({ state, projections }: Health): boolean {
  return state === 'ok' && projections.every(({ lag }) => lag === '0')
}
