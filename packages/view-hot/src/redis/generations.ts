import { WaggleError, type Micros } from '@waggle/base'
import { createHotKeys, type HotKeys } from './hot-keys.ts'
import { runSwap } from './hot-scripts.ts'
import type { RedisClient } from './redis-link.ts'

/** What the generations of the view are for; one is the same view built again. */
export interface Generations {
  /** The one that is written and read. */
  readonly live: number
  /** Built beside it. */
  readonly shadow: number | null
  /** Served before, and kept for going back. */
  readonly kept: number | null
  /** When `live` began to serve, by the clock of who switched; 0 if it always did. */
  readonly switchedAt: Micros
}

/** What a text in Redis says; without one, the first generation always served. */
export function generationsIn(text: string): Generations {
  if (text === '') return { live: 0, shadow: null, kept: null, switchedAt: 0 }
  const [, live, shadow, kept, switchedAt] = /^(\d+) (\d+|-) (\d+|-) (\d+)$/.exec(text) ?? []
  if (live === undefined) {
    const what = 'What Redis says of the generations of the hot view is not ours'
    throw new WaggleError('VIEW_MISCONFIGURED', what, { input: text })
  }
  const some = (word = '-'): number | null => (word === '-' ? null : Number(word))
  return {
    live: Number(live),
    shadow: some(shadow),
    kept: some(kept),
    switchedAt: Number(switchedAt),
  }
}

export function generationsText({ live, shadow, kept, switchedAt }: Generations): string {
  return [live, shadow ?? '-', kept ?? '-', switchedAt].join(' ')
}

/** The keys to use now. The same object as long as the same generation serves. */
export type LiveKeys = (client: RedisClient) => Promise<HotKeys>

/** Follows what Redis says. */
export function followGenerations(prefix?: string, version?: number): LiveKeys {
  let keys = createHotKeys(prefix, version)
  return async (client) => {
    const { live } = generationsIn((await client.get(keys.generations)) ?? '')
    if (live !== keys.generation) keys = createHotKeys(prefix, version, live)
    return keys
  }
}

/** Says what generations are for from now on; VIEW_UNAVAILABLE where someone else has done so since `before` was read. */
export async function changeGenerations(
  client: RedisClient,
  keys: HotKeys,
  before: string,
  after: Generations,
): Promise<string> {
  const text = generationsText(after)
  if (await runSwap(client, keys.generations, before, text)) return text
  throw new WaggleError('VIEW_UNAVAILABLE', 'Another rebuild of the hot view in Redis is at work')
}
