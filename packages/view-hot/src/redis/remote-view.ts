import { WaggleError, type Clock } from '@waggle/base'
import type { Freshness } from '@waggle/consume'
import {
  partitionName,
  positionText,
  topicOf,
  type Position,
  type TopicPartition,
} from '@waggle/event'
import { HOT_TOPICS } from '../fold-hot.ts'
import { swarmOf, type HotState, type HotSwarm } from '../hot-state.ts'
import { createHotView, type HotView, type SwarmScope } from '../hot-view.ts'
import type { LiveKeys } from './generations.ts'
import type { Collection, HashCollection, HotKeys, ListCollection } from './hot-keys.ts'
import { readPosition } from './hot-position.ts'
import { absorbHash, absorbList } from './merge-hot.ts'
import type { HotAnswer, HotReader } from './hot-reader.ts'
import type { RedisClient, RedisLink } from './redis-link.ts'

export interface RemoteViewOptions {
  readonly link: RedisLink
  readonly liveKeys: LiveKeys
  /** Every partition of HOT_TOPICS in the log. */
  readonly partitions: readonly TopicPartition[]
  readonly clock: Clock
}

export interface RemoteHotView extends HotReader {
  /** How far Redis is. */
  freshness(): Promise<Freshness>
  /** Resolves once Redis includes these positions of its topics; VIEW_STALE after `timeoutMs`. */
  waitFor(positions: readonly Position[], timeoutMs: number): Promise<void>
}

/** What a question reads of each partition, and puts into a small state that then answers it. */
type Load = (client: RedisClient, key: KeyOf, swarm: HotSwarm) => Promise<void>
type KeyOf = (collection: Collection, name?: string) => string

const POLL_MS = 5

/**
 * The hot view in Redis, by the same questions; VIEW_UNAVAILABLE while Redis does not serve. An answer is of one
 * generation: the one known is asked, and beside it which serves; if that is another, the question is put again.
 */
export function createRemoteHotView(options: RemoteViewOptions): RemoteHotView {
  const { link, liveKeys, partitions, clock } = options
  let known: HotKeys | undefined

  const freshness = async (
    client: RedisClient,
    keys: HotKeys,
    at: readonly TopicPartition[],
  ): Promise<Freshness> => {
    const found = await Promise.all(at.map((partition) => readPosition(client, keys, partition)))
    const applied = new Map<string, bigint>()
    at.forEach((partition, index) => {
      applied.set(partitionName(partition), found[index]?.nextOffset ?? 0n)
    })
    return { applied, appliedAt: Math.max(0, ...found.map((stored) => stored?.appliedAt ?? 0)) }
  }

  const ask = <T>(
    scope: SwarmScope,
    loads: Readonly<Record<string, readonly Load[]>>,
    answer: (view: HotView) => T,
  ): Promise<HotAnswer<T>> =>
    link.run(async (client) => {
      for (let keys = known ?? (await liveKeys(client)); ; keys = known) {
        const state: HotState = new Map()
        const swarm = swarmOf(state, scope.run, scope.swarm)
        const asked = partitions.filter(({ topic }) => loads[topic] !== undefined)
        // Sent before the reads on the same connections: the answer holds at least what its freshness says.
        const fresh = freshness(client, keys, asked)
        const { of } = keys
        const reads = asked.flatMap((at) =>
          loads[at.topic]!.map((load) =>
            load(client, (collection, name) => of(at, collection, scope, name), swarm),
          ),
        )
        const [isAt, serves] = await Promise.all([fresh, liveKeys(client), ...reads])
        known = serves
        if (keys === serves)
          return { value: answer(createHotView(state)), freshness: isAt, source: 'redis' }
      }
    })

  const now = (): Promise<Freshness> =>
    link.run(async (client) => freshness(client, await liveKeys(client), partitions))
  return {
    ...questions(ask),
    freshness: now,
    waitFor: async (positions, timeoutMs) => {
      const deadline = clock.now() + timeoutMs * 1000
      const ours = positions.filter(({ topic }) => HOT_TOPICS.some((hot) => hot === topic))
      for (;;) {
        const { applied } = await now()
        const missing = ours.find((at) => (applied.get(partitionName(at)) ?? 0n) <= at.offset)
        if (missing === undefined) return
        if (clock.now() >= deadline) {
          const what = `${positionText(missing)} did not reach Redis within ${timeoutMs} ms`
          throw new WaggleError('VIEW_STALE', what)
        }
        await clock.sleep(POLL_MS)
      }
    },
  }
}

type Ask = <T>(
  scope: SwarmScope,
  loads: Readonly<Record<string, readonly Load[]>>,
  answer: (view: HotView) => T,
) => Promise<HotAnswer<T>>

function questions(ask: Ask): HotReader {
  const clocks = Object.fromEntries(HOT_TOPICS.map((topic) => [topic, [whole('totals')]]))
  const agents = topicOf('agent')
  const fills = topicOf('fill')
  const signals = topicOf('signal')
  return {
    agent: (scope, agent) =>
      ask(scope, { [agents]: [field('agents', agent)] }, (view) => view.agent(scope, agent)),
    agents: (scope) => ask(scope, { [agents]: [whole('agents')] }, (view) => view.agents(scope)),
    isMember: (scope, agent) =>
      ask(scope, { [agents]: [field('agents', agent)] }, (view) => view.isMember(scope, agent)),
    agentState: (scope, agent, type = 'CURRENT') =>
      ask(scope, { [topicOf('agent_state')]: [field('states', `${type}/${agent}`)] }, (view) =>
        view.agentState(scope, agent, type),
      ),
    activeSignals: (scope, filter) =>
      ask(scope, { ...clocks, [signals]: [whole('totals'), sorted('signals')] }, (view) =>
        view.activeSignals(scope, filter),
      ),
    recentDecisions: (scope, limit, agent) => {
      const load =
        agent === undefined ? newest('decisions', limit) : newest('agent-decisions', limit, agent)
      return ask(scope, { [topicOf('decision')]: [load] }, (view) =>
        view.recentDecisions(scope, limit, agent),
      )
    },
    holding: (scope, agent, instrument) =>
      ask(scope, { [fills]: [field('holdings', `${agent}/${instrument}`)] }, (view) =>
        view.holding(scope, agent, instrument),
      ),
    holdings: (scope) =>
      ask(scope, { [fills]: [whole('holdings')] }, (view) => view.holdings(scope)),
    lastBars: (scope, instrument, limit) =>
      ask(scope, { [topicOf('bar')]: [sorted('bars', limit, instrument)] }, (view) =>
        view.lastBars(scope, instrument, limit),
      ),
    clock: (scope) => ask(scope, clocks, (view) => view.clock(scope)),
  }
}

function field(collection: HashCollection, name: string): Load {
  return async (client, key, swarm) => {
    const value = await client.hget(key(collection), name)
    if (value !== null) absorbHash[collection](swarm, { [name]: value })
  }
}

function whole(collection: HashCollection): Load {
  return async (client, key, swarm) =>
    absorbHash[collection](swarm, await client.hgetall(key(collection)))
}

function newest(collection: ListCollection, limit: number, name?: string): Load {
  return async (client, key, swarm) =>
    absorbList[collection](
      swarm,
      await client.lrange(key(collection, name), -Math.max(limit, 1), -1),
    )
}

/** The `limit` with the highest scores, or all. */
function sorted(collection: ListCollection, limit = Infinity, name?: string): Load {
  const from = Number.isFinite(limit) ? String(-Math.max(limit, 1)) : '0'
  return async (client, key, swarm) =>
    absorbList[collection](swarm, await client.zrange(key(collection, name), from, '-1'))
}
