import { LIVE_PATH, tokenOf } from '@waggle/api'
import { messageOf } from '@waggle/base'
import { EVENT_TOPICS, isKind, partitionName, type Kind, type Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { ReplaySession, type ReplayQuery } from '@waggle/replay'
import { openEventStream, type EventStream } from './event-stream.ts'
import { GatewayFault } from './gateway-fault.ts'
import type { GatewayApp, GatewayParts } from './gateway-parts.ts'
import { openedJson } from './json/known-event-json.ts'
import type { FollowStats } from './live-stats.ts'
import { authorize } from './principal.ts'
import { problemOf } from './problem-of.ts'
import { positionsOf } from './read-scope.ts'

/** Events and characters of a message, more or less: what a reader that is slow makes the gateway hold. */
const EVENTS_MAX = 500
const CHARACTERS_MAX = 1_000_000
const HEARTBEAT_MS = 15_000
/** A reader that has not taken a message by then is let go: it comes again behind what it got. */
const SLOW_MS = 30_000
/** How long a token that was taken back may still be read with. */
const LOOK_MS = 1000

/** Events as they become known, over server-sent events; see `LIVE_PATH`. */
export function bindLiveTail(app: GatewayApp, parts: GatewayParts, followStats: FollowStats): void {
  app.get(LIVE_PATH.replace('{swarm}', ':swarm'), async (c) => {
    const swarm = c.req.param('swarm')!
    const principal = c.get('principal')
    authorize(principal, { verb: 'read', swarm })
    const query = queryOf(swarm, (name) => c.req.query(name))
    const given = c.req.header('last-event-id') ?? c.req.query('from')
    const start = await startOf(parts, given)
    const wantsStats = c.req.query('stats') === '1'
    // Requests in process have none.
    const { outgoing } = (c.env as typeof c.env | undefined) ?? {}
    const disconnect = outgoing === undefined ? undefined : () => void outgoing.destroy()
    const stream = openEventStream({ clock: parts.clock, slowMs: SLOW_MS, disconnect })
    const authorization = c.req.header('authorization')
    const jobs = [
      sendEvents(parts, { query, start, stream }),
      beat(parts, stream),
      stayAllowed(parts, { authorization, swarm, signal: stream.signal }),
      ...(wantsStats ? [sendStats(followStats, query, stream)] : []),
    ]
    void endWith(jobs, stream, { ...parts, reader: { token: principal.name, swarm } })
    return new Response(stream.body, { headers: HEADERS })
  })
}

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const

interface Ending extends Pick<GatewayParts, 'logger'> {
  /** Who reads, for the log. */
  readonly reader: { readonly token: string; readonly swarm: string }
}

/** The first job that fails ends the stream, with what went wrong where the reader still takes it. */
async function endWith(
  jobs: readonly Promise<void>[],
  stream: EventStream,
  { logger, reader }: Ending,
): Promise<void> {
  const letGo = (why: unknown): void => {
    logger.warn({ ...reader, reason: messageOf(why) }, 'a live tail is cut off')
    stream.letGo(why)
  }
  try {
    await Promise.all(jobs)
    stream.close()
  } catch (error) {
    if (stream.signal.aborted) return
    if (error instanceof GatewayFault && error.code === 'READER_TOO_SLOW') return letGo(error)
    const data = JSON.stringify(problemOf(error, logger))
    await stream.closeWith({ event: 'problem', data }).catch(letGo)
  }
}

interface Allowed {
  readonly authorization: string | undefined
  readonly swarm: string
  readonly signal: AbortSignal
}

/** Fails once the token was taken back, has ended, or has lost the right to read. */
async function stayAllowed(
  { clock, doorkeeper }: GatewayParts,
  { authorization, swarm, signal }: Allowed,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, signal).catch(() => {})
    authorize(doorkeeper.recognize(authorization), { verb: 'read', swarm })
  }
}

interface Sending {
  readonly query: ReplayQuery
  readonly start: readonly Position[]
  readonly stream: EventStream
}

async function sendEvents(
  { bus, clock }: GatewayParts,
  { query, start, stream }: Sending,
): Promise<void> {
  const { signal } = stream
  const { log, codec, trajectories, vault } = bus
  const session = await ReplaySession.open({
    log,
    codec,
    clock,
    query,
    start,
    follow: true,
    forgets: true,
    signal,
    ...(trajectories === undefined ? {} : { judgments: trajectories, index: trajectories }),
  })
  const given = new Map(start.map((at) => [partitionName(at), at]))
  // Says where the stream began, so that a connection lost before the first event leaves no gap.
  await stream.send({ event: 'events', data: '[]', id: tokenBehind(given) })
  for await (const batch of session.batches()) {
    let texts: string[] = []
    let characters = 0
    for (const [index, known] of batch.entries()) {
      if (signal.aborted) return
      const { position } = known
      given.set(partitionName(position), { ...position, offset: position.offset + 1n })
      for (const shown of await openedJson(vault, [known])) {
        const text = JSON.stringify(shown)
        texts.push(text)
        characters += text.length
      }
      const isFull = texts.length === EVENTS_MAX || characters >= CHARACTERS_MAX
      if (!isFull && index < batch.length - 1) continue
      await stream.send({ event: 'events', data: `[${texts.join()}]`, id: tokenBehind(given) })
      texts = []
      characters = 0
    }
  }
}

async function sendStats(
  followStats: FollowStats,
  query: ReplayQuery,
  stream: EventStream,
): Promise<void> {
  for await (const data of followStats(query, stream.signal))
    await stream.send({ event: 'stats', data: JSON.stringify(data) })
}

async function beat({ clock }: GatewayParts, { signal, comment }: EventStream): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(HEARTBEAT_MS, signal).catch(() => {})
    await comment('still here')
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
