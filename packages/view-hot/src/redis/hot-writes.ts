import { topicOf, type TopicPartition, type WaggleEvent } from '@waggle/event'
import {
  RECENT_BARS,
  RECENT_DECISIONS,
  RECENT_DECISIONS_BY_AGENT,
  type Entry,
  type HotState,
  type HotSwarm,
} from '../hot-state.ts'
import type { SwarmScope } from '../hot-view.ts'
import { encodeEntry, encodeHolding } from './hot-json.ts'
import type { Collection, HotKeys } from './hot-keys.ts'

/** One Redis command of a batch's effect. */
export interface HotWrite {
  readonly command: string
  readonly key: string
  readonly args: readonly (string | number)[]
}

/**
 * Seconds after the last write at which a collection of a kind is dropped; kinds left out stay. Fills are
 * not among them: a sum that is dropped would begin again from nothing.
 */
export type HotTtl = Partial<
  Record<'agent' | 'agent_state' | 'bar' | 'decision' | 'signal', number>
>

const WEEK = 7 * 24 * 3600
export const DEFAULT_TTL: HotTtl = { bar: WEEK, decision: WEEK, signal: WEEK }

/** Lua passes arguments on over its stack, which holds some thousand. */
const ARGS_MAX = 1000

/**
 * The net effect of a batch: `state` is the fold of the batch alone, begun with the sums it adds to. Known
 * times never decrease within a run and partition, so what a batch leaves behind is newer than what was there:
 * entries are replaced, lists are appended to and cut, without a look at what is stored.
 */
export function hotWrites(
  keys: HotKeys,
  at: TopicPartition,
  state: HotState,
  ttl: HotTtl,
): HotWrite[] {
  return [...state].flatMap(([run, swarms]) =>
    [...swarms].flatMap(([swarm, found]) => swarmWrites(keys, at, { run, swarm }, found, ttl)),
  )
}

function swarmWrites(
  keys: HotKeys,
  at: TopicPartition,
  scope: SwarmScope,
  swarm: HotSwarm,
  ttl: HotTtl,
): HotWrite[] {
  const key = (collection: Collection, name?: string): string =>
    keys.of(at, collection, scope, name)
  const fills = swarm.holdings.size > 0 || swarm.staleFills > 0
  const texts = new Map<Entry<WaggleEvent>, string>()
  const text = (entry: Entry<WaggleEvent>): string => {
    const known = texts.get(entry) ?? encodeEntry(entry)
    texts.set(entry, known)
    return known
  }
  return [
    { command: 'HSET', key: key('totals'), args: ['clock', swarm.clock] },
    ...(fills ? hash(key('totals'), [['stale_fills', String(swarm.staleFills)]]) : []),
    ...hash(key('agents'), pairs(swarm.agents, encodeEntry), ttl.agent),
    ...hash(key('states'), stateFields(swarm), ttl.agent_state),
    ...signalWrites(key('signals'), at, swarm, ttl.signal),
    ...list(key('decisions'), swarm.decisions.map(text), RECENT_DECISIONS, ttl.decision),
    ...[...swarm.decisionsByAgent].flatMap(([agent, decisions]) =>
      list(
        key('agent-decisions', agent),
        decisions.map(text),
        RECENT_DECISIONS_BY_AGENT,
        ttl.decision,
      ),
    ),
    ...hash(key('holdings'), pairs(swarm.holdings, encodeHolding)),
    ...hash(key('fences'), pairs(swarm.fences, String)),
    ...[...swarm.bars].flatMap(([instrument, bars]) =>
      barWrites(key('bars', instrument), bars, ttl.bar),
    ),
  ]
}

function pairs<T>(map: ReadonlyMap<string, T>, encode: (value: T) => string): [string, string][] {
  return [...map].map(([name, value]) => [name, encode(value)])
}

function stateFields({ states }: HotSwarm): [string, string][] {
  return [...states].flatMap(([agent, byType]) =>
    Object.entries(byType).map(([type, entry]): [string, string] => [
      `${type}/${agent}`,
      encodeEntry(entry),
    ]),
  )
}

/** A batch of the signals' topic also drops what has expired there, by the clock it moved. */
function signalWrites(
  key: string,
  { topic }: TopicPartition,
  { signals, clock }: HotSwarm,
  ttl: number | undefined,
): HotWrite[] {
  if (topic !== topicOf('signal')) return []
  const members = [...signals.values()].flatMap((signal) => [signal.expiresAt, encodeEntry(signal)])
  return [
    ...chunked('ZADD', key, members),
    { command: 'ZREMRANGEBYSCORE', key, args: ['-inf', clock] },
    ...expiry(key, members.length > 0 ? ttl : undefined),
  ]
}

function barWrites(
  key: string,
  bars: readonly Entry<WaggleEvent>[],
  ttl: number | undefined,
): HotWrite[] {
  const times = bars.map(({ event }) => event.occurred_at)
  return [
    // A later bar of the same time is a correction.
    ...times.map((time) => ({ command: 'ZREMRANGEBYSCORE', key, args: [time, time] })),
    ...chunked(
      'ZADD',
      key,
      bars.flatMap((bar) => [bar.event.occurred_at, encodeEntry(bar)]),
    ),
    { command: 'ZREMRANGEBYRANK', key, args: [0, -RECENT_BARS - 1] },
    ...expiry(key, ttl),
  ]
}

function hash(key: string, fields: readonly [string, string][], ttl?: number): HotWrite[] {
  if (fields.length === 0) return []
  return [...chunked('HSET', key, fields.flat()), ...expiry(key, ttl)]
}

function list(key: string, items: readonly string[], max: number, ttl?: number): HotWrite[] {
  if (items.length === 0) return []
  return [
    ...chunked('RPUSH', key, items),
    { command: 'LTRIM', key, args: [-max, -1] },
    ...expiry(key, ttl),
  ]
}

function expiry(key: string, seconds: number | undefined): HotWrite[] {
  return seconds === undefined ? [] : [{ command: 'EXPIRE', key, args: [seconds] }]
}

function chunked(command: string, key: string, args: readonly (string | number)[]): HotWrite[] {
  const writes: HotWrite[] = []
  for (let at = 0; at < args.length; at += ARGS_MAX) {
    writes.push({ command, key, args: args.slice(at, at + ARGS_MAX) })
  }
  return writes
}
