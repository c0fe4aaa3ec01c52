/**
 * A Waggle agent in TypeScript on a cluster: it joins a swarm, observes, decides, reads its own decision
 * back from the hot view, and asks ClickHouse. See README.md for how to run it.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseDecimal, silentLogger, systemClock } from '@waggle/base'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { openClusterBus } from '@waggle-services/cluster'

const SWARM = 'examples'
const AGENT = 'ts-1'
const TIMEOUT_MS = 60_000

const say = (what: string, value: unknown): void =>
  void process.stdout.write(`${JSON.stringify({ [what]: value })}\n`)

// Everything about the cluster comes from WAGGLE_ variables; docs and defaults in packages/service/src/config.ts.
const readFile = (path: string): string => readFileSync(path, 'utf8')
const config = parseEnvironment(process.env, readFile)
const topics = parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS))
const bus = await openClusterBus(config, topics, { clock: systemClock(), logger: silentLogger })

try {
  // One life of this agent is one session. A number of it that is sent twice takes effect once.
  const session = `${AGENT}/${randomUUID()}`
  const emitter = bus.emitter({ swarm: SWARM, agent: AGENT, session })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'market-hunter', capabilities: [] })

  const trajectory = `${session}/breakout`
  const observed = await emitter.emit({
    kind: 'observation',
    trajectory,
    domain: 'trend',
    instrument: 'ESZ5',
    source: 'bars',
    content: 'The close is above the band.',
    features: { close: 5432.25, band: 5430.5 },
  })
  const decided = await emitter.emit({
    kind: 'decision',
    trajectory,
    cause: observed.event.id,
    inputs: [observed.event.id],
    action: 'LONG',
    instrument: 'ESZ5',
    context: observed.event.content,
    reasoning: 'Breakouts of this band tend to go on.',
    alternatives: ['FLAT'],
    confidence: 0.625,
    quantity: parseDecimal('2') ?? null,
    price: parseDecimal('5432.25') ?? null,
  })

  // Read your own write: the answer waits for the position, or says VIEW_STALE; it is never older in silence.
  const scope = { swarm: SWARM, run: null }
  const { value } = await bus
    .query(scope)
    .hot((view) => view.recentDecisions(scope, 1, AGENT), { after: [decided.position] })
  say(
    'hot',
    value.map(({ event }) => event.id === decided.event.id),
  )

  // The stores of the services: Redis and ClickHouse, once they have applied what there is.
  await bus.caughtUp(TIMEOUT_MS)
  const remote = await bus.reader.recentDecisions(scope, 1, AGENT)
  say(
    remote.source,
    remote.value.map(({ event }) => event.id === decided.event.id),
  )
  const rows = await bus.analytics.query(
    `SELECT d.action AS action, toString(d.price) AS price, o.features['close'] AS close
     FROM decisions AS d INNER JOIN observations AS o ON o.id = d.cause
     WHERE d.id = {id:UUID}`,
    { id: decided.event.id },
  )
  say('clickhouse', rows)
} finally {
  await bus.stop()
}
