import { LIVE_PATH, tokenOf, type LiveStats } from '@waggle/api'
import { EVENT_TOPICS, isKind, partitionName, type Kind, type Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { ReplaySession, type ReplayQuery } from '@waggle/replay'
import { streamSSE, type SSEStreamingApi } from 'hono/streaming'
import { GatewayFault } from './gateway-fault.ts'
import type { GatewayApp, GatewayParts } from './gateway-parts.ts'
import { openedJson } from './json/known-event-json.ts'
import { authorize } from './principal.ts'
import { problemOf } from './problem-of.ts'
import { positionsOf } from './read-scope.ts'

/** What is sent once a second to who asks for it. */
export type StatsOf = (scope: { swarm: string; run: string | null }) => Promise<LiveStats>

const BATCH_MAX = 500
const HEARTBEAT_MS = 15_000
const STATS_MS = 1000
/** A reader that has not taken a message by then is let go: it comes again behind what it got. */
const SLOW_MS = 30_000

/** Events as they become known, over server-sent events; see `LIVE_PATH`. */
export function bindLiveTail(app: GatewayApp, parts: GatewayParts, statsOf: StatsOf): void {
  app.get(LIVE_PATH.replace('{swarm}', ':swarm'), async (c) => {
    const swarm = c.req.param('swarm')!
    authorize(c.get('principal'), { verb: 'read', swarm })
    const query = queryOf(swarm, (name) => c.req.query(name))
    const given = c.req.header('last-event-id') ?? c.req.query('from')
    const start = await startOf(parts, given)
    const wantsStats = c.req.query('stats') === '1'
    c.header('x-accel-buffering', 'no')
    return streamSSE(c, async (stream) => {
      const gone = new AbortController()
      stream.onAbort(() => gone.abort())
      const sender = senderOf(stream, parts, gone)
      const jobs = [
        sendEvents(parts, { query, start, signal: gone.signal, sender }),
        beat(parts, gone.signal, sender),
        ...(wantsStats ? [sendStats(parts, { query, statsOf, signal: gone.signal, sender })] : []),
      ]
      try {
        await Promise.race(jobs)
      } catch (error) {
        const problem = problemOf(error, parts.logger)
        if (!gone.signal.aborted) await sender.send('problem', problem)
      } finally {
        gone.abort()
        await Promise.allSettled(jobs)
      }
    })
  })
}

interface Sender {
  send(event: 'events' | 'stats' | 'problem', data: object, id?: string): Promise<void>
  comment(): Promise<void>
}

/** One message after another: a reader that is slower than the log holds its own stream back, and nobody else's. */
function senderOf(stream: SSEStreamingApi, { clock }: GatewayParts, gone: AbortController): Sender {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (write: () => Promise<unknown>): Promise<void> => {
    const turn = last.then(async () => {
      if (gone.signal.aborted) return
      const written = new AbortController()
      const late = clock.sleep(SLOW_MS, written.signal).then(
        () => {
          throw new GatewayFault('READER_TOO_SLOW', `A message was not taken in ${SLOW_MS} ms`)
        },
        () => {},
      )
      try {
        await Promise.race([write(), late])
      } finally {
        written.abort()
      }
    })
    last = turn.catch(() => {})
    return turn
  }
  return {
    send: (event, data, id) =>
      inTurn(() =>
        stream.writeSSE({ event, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) }),
      ),
    comment: () => inTurn(() => stream.write(': still here\n\n')),
  }
}

interface Sending {
  readonly query: ReplayQuery
  readonly signal: AbortSignal
  readonly sender: Sender
}

async function sendEvents(
  { bus, clock }: GatewayParts,
  { query, start, signal, sender }: Sending & { readonly start: readonly Position[] },
): Promise<void> {
  const { log, codec, trajectories, vault } = bus
  const session = await ReplaySession.open({
    log,
    codec,
    clock,
    query,
    start,
    follow: true,
    signal,
    ...(trajectories === undefined ? {} : { judgments: trajectories, index: trajectories }),
  })
  const given = new Map(start.map((at) => [partitionName(at), at]))
  // Says where the stream began, so that a connection lost before the first event leaves no gap.
  await sender.send('events', [], tokenBehind(given))
  for await (const batch of session.batches())
    for (let from = 0; from < batch.length && !signal.aborted; from += BATCH_MAX) {
      const some = batch.slice(from, from + BATCH_MAX)
      for (const { position } of some)
        given.set(partitionName(position), { ...position, offset: position.offset + 1n })
      await sender.send('events', await openedJson(vault, some), tokenBehind(given))
    }
}

async function sendStats(
  { clock }: GatewayParts,
  { query, statsOf, signal, sender }: Sending & { readonly statsOf: StatsOf },
): Promise<void> {
  while (!signal.aborted) {
    await sender.send('stats', await statsOf(query))
    await clock.sleep(STATS_MS, signal).catch(() => {})
  }
}

async function beat({ clock }: GatewayParts, signal: AbortSignal, sender: Sender): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(HEARTBEAT_MS, signal).catch(() => {})
    await sender.comment()
  }
}

function tokenBehind(next: ReadonlyMap<string, Position>): string {
  return tokenOf(
    [...next.values()]
      .filter(({ offset }) => offset > 0n)
      .map((at) => ({ ...at, offset: String(at.offset - 1n) })),
  )
}

/** First offsets to send: behind a token, or the ends of the log. */
async function startOf({ bus }: GatewayParts, token: string | undefined): Promise<Position[]> {
  const partitions = partitionsOf(bus.log, EVENT_TOPICS)
  if (token === undefined) return bus.log.ends(partitions)
  const last = new Map(positionsOf(token, 'from').map((at) => [partitionName(at), at.offset]))
  return partitions.map((at) => ({ ...at, offset: (last.get(partitionName(at)) ?? -1n) + 1n }))
}

function queryOf(swarm: string, param: (name: string) => string | undefined): ReplayQuery {
  const list = (name: string): string[] | undefined =>
    param(name)
      ?.split(',')
      .filter((item) => item !== '')
  const agents = list('agent')
  const kinds = list('kind')?.map(kindOf)
  const run = param('run')
  return {
    swarm,
    run: run === undefined || run === 'live' ? null : run,
    ...(agents === undefined ? {} : { agents }),
    ...(kinds === undefined ? {} : { kinds }),
  }
}

function kindOf(text: string): Kind {
  if (isKind(text)) return text
  throw new GatewayFault('REQUEST_INVALID', `kind: ${text.slice(0, 64)} is no kind`, {
    field: 'kind',
  })
}
