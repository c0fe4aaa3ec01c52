import { WaggleError } from '@waggle/base'
import { partitionName, type TopicPartition } from '@waggle/event'
import { HOT_VERSION } from '../fold-hot.ts'
import type { SwarmScope } from '../hot-view.ts'

/**
 * Every key of a log partition carries the partition as its hash tag, so that its effect and its position
 * lie in one slot and move in one script:
 *
 *   waggle:v1.1.0:{topic/partition}:position                         hash    next_offset, applied_at, admission …
 *   waggle:v1.1.0:{topic/partition}:totals:<run>:<swarm>             hash    clock, stale_fills
 *   waggle:v1.1.0:{topic/partition}:agents:<run>:<swarm>             hash    agent -> entry
 *   waggle:v1.1.0:{topic/partition}:states:<run>:<swarm>             hash    type/agent -> entry
 *   waggle:v1.1.0:{topic/partition}:signals:<run>:<swarm>            zset    entry by the time it expires
 *   waggle:v1.1.0:{topic/partition}:decisions:<run>:<swarm>          list    entries, newest last
 *   waggle:v1.1.0:{topic/partition}:agent-decisions:<run>:<swarm>:<agent>   list
 *   waggle:v1.1.0:{topic/partition}:holdings:<run>:<swarm>           hash    agent/instrument -> holding
 *   waggle:v1.1.0:{topic/partition}:fences:<run>:<swarm>             hash    resource -> token
 *   waggle:v1.1.0:{topic/partition}:bars:<run>:<swarm>:<instrument>  zset    entry by occurred_at
 *   waggle:v1.1.0:{topic/partition}:hold                         string  there while nobody may write, see hold-writers.ts
 *   waggle:v1.1:generations                                      string  which generation serves, see generations.ts
 *
 * v1.1.0 is the version of the view, of this layout, and the generation. Another version or layout has keys of its own,
 * so that it is built beside this one, readers of either find what they know, and going back to the one before finds it
 * still there; a generation is the same view built again. run is empty live; run, swarm, agent and instrument are
 * percent-encoded. hot-json.ts says what an entry is.
 */
export type HashCollection = 'totals' | 'agents' | 'states' | 'holdings' | 'fences'
export type ListCollection = 'signals' | 'decisions' | 'agent-decisions' | 'bars'
export type Collection = HashCollection | ListCollection

export interface HotKey {
  /** 'waggle.fills.v1/3' */
  readonly partition: string
  readonly collection: string
  readonly scope: SwarmScope
}

export interface HotKeys {
  readonly generation: number
  /** Where it is said which generation serves; the same for all of them. */
  readonly generations: string
  /** Matches every key of the generation in SCAN. */
  readonly pattern: string
  /** Matches those of all versions of the view, and may match others: `isOther` and `isOtherGeneration` tell. */
  readonly everyVersion: string
  /** A key of the view in another version or layout. */
  isOther(key: string): boolean
  /** A key of this version and layout in another generation. */
  isOtherGeneration(key: string): boolean
  position(at: TopicPartition): string
  hold(at: TopicPartition): string
  of(at: TopicPartition, collection: Collection, scope: SwarmScope, name?: string): string
  /** Undefined for keys that are not the view's. */
  parse(key: string): HotKey | undefined
}

/** Raise it when names of keys or what stands under them change, though the view means the same. */
const LAYOUT = 1

const PREFIX = /^[A-Za-z0-9._-]+$/

/** CONFIG_INVALID for a prefix with other characters than letters, digits, dot, dash and underscore. */
export function createHotKeys(prefix = 'waggle', version = HOT_VERSION, generation = 0): HotKeys {
  if (!PREFIX.test(prefix)) {
    throw new WaggleError('CONFIG_INVALID', `The key prefix ${prefix} is no plain name`)
  }
  const family = `${prefix}:v${version}.${LAYOUT}`
  const own = `${family}.${generation}`
  const tagged = (at: TopicPartition): string => `${own}:{${partitionName(at)}}`
  const name = prefix.replaceAll('.', '\\.')
  const shape = new RegExp(`^${own.replaceAll('.', '\\.')}:\\{([^}]+)\\}:([^:]+):([^:]*):([^:]*)`)
  // Before versions there were keys without one.
  const versioned = new RegExp(`^${name}:(v[\\d.]+:)?\\{[^}]+/\\d+\\}:`)
  const ofFamily = (key: string): boolean => versioned.test(key) && key.startsWith(`${family}.`)
  return {
    generation,
    generations: `${family}:generations`,
    pattern: `${own}:{*}:*`,
    everyVersion: `${prefix}:*{*}:*`,
    isOther: (key) => versioned.test(key) && !key.startsWith(`${family}.`),
    isOtherGeneration: (key) => ofFamily(key) && !key.startsWith(`${own}:`),
    hold: (at) => `${tagged(at)}:hold`,
    position: (at) => `${tagged(at)}:position`,
    of: (at, collection, { run, swarm }, name) =>
      [tagged(at), collection, ...[run ?? '', swarm].map(encodeURIComponent)].join(':') +
      (name === undefined ? '' : `:${encodeURIComponent(name)}`),
    parse: (key) => {
      const match = shape.exec(key)
      if (match === null) return undefined
      const [, partition = '', collection = '', run = '', swarm = ''] = match
      const [ofRun, ofSwarm] = [decoded(run), decoded(swarm)]
      if (ofRun === undefined || ofSwarm === undefined) return undefined
      return { partition, collection, scope: { run: ofRun || null, swarm: ofSwarm } }
    },
  }
}

/** Undefined for text that was not percent-encoded by us. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
