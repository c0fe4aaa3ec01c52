/**
 * Three agents of one swarm that vote, lock, share memory, warn and ask each other. Embedded and in memory as it
 * is; on a cluster where WAGGLE_ variables name one. See README.md.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { silentLogger, systemClock } from '@waggle/base'
import { coordinate, guard, type CoordinatedAgent } from '@waggle/coordinate'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { openClusterBus } from '@waggle-services/cluster'
import { openEmbeddedBus } from '@waggle-services/embedded'

const SWARM = `desk-${randomUUID().slice(0, 8)}`
const WAIT = { timeoutMs: 30_000 }

const say = (what: string, value: unknown): void =>
  void process.stdout.write(`${JSON.stringify({ [what]: value })}\n`)

async function openBus() {
  const deps = { clock: systemClock(), logger: silentLogger }
  if (process.env['WAGGLE_KAFKA_BROKERS'] === undefined) {
    return openEmbeddedBus({ dataDir: 'unused', log: 'memory', analytics: 'off' }, deps)
  }
  const readFile = (path: string): string => readFileSync(path, 'utf8')
  const config = parseEnvironment(process.env, readFile)
  return openClusterBus(config, parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS)), deps)
}

const bus = await openBus()
const swarm = coordinate(bus)

async function join(agent: string, weight: number): Promise<CoordinatedAgent> {
  const own = swarm.agent({ swarm: SWARM, agent, session: `${agent}/${randomUUID()}` })
  await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: agent, weight })
  return own
}

try {
  const hunter = await join('hunter', 1)
  const risk = await join('risk', 2)
  const trader = await join('trader', 1)

  // A question to the swarm: the electorate and its weights are frozen in it, and the log's order decides.
  const electorate = ['hunter', 'risk', 'trader'].map((agent, index) => {
    return { agent, weight: [1, 2, 1][index]! }
  })
  const asked = await hunter.proposals.propose({
    proposal: 'go-long',
    question: 'Buy 10 SPX?',
    lastsMs: 60_000,
    electorate,
  })
  await hunter.proposals.vote({ proposal: 'go-long', choice: 'approve', reasoning: 'breakout' })
  await risk.proposals.vote({ proposal: 'go-long', choice: 'approve', reasoning: 'within limits' })
  const decided = await trader.proposals.awaitResult('go-long', {
    ...WAIT,
    after: [asked.position],
  })
  say('vote', { status: decided.status, turnout: decided.turnout })

  // One trader at a time; the token of the grant travels with the fill, and the hot view refuses an older one.
  const order = await hunter.emitter.emit({
    kind: 'decision',
    action: 'LONG',
    context: 'go-long',
    reasoning: 'the swarm approved',
    confidence: 0.75,
  })
  const held = await trader.locks.withLock('order-book/SPX', async (lock) => {
    const fill = await guard(trader.emitter, lock).emit({
      kind: 'fill',
      decision: order.event.id,
      instrument: 'SPX',
      // Decimals are integers of nine fraction digits: 10 at 1320.25.
      quantity: 10_000_000_000n,
      price: 1_320_250_000_000n,
      fee: 0n,
    })
    return { token: String(lock.token), fill: fill.position }
  })
  await bus.hot.runner.progress.waitFor([held.fill], WAIT.timeoutMs)
  const scope = { swarm: SWARM, run: null }
  const { quantity } = bus.hot.view.holding(scope, 'trader', 'SPX') ?? {}
  say('holding', { quantity: String(quantity) })

  // An entry of shared memory that all count in: no update is lost.
  const counts = [hunter, risk, trader].map((agent) =>
    agent.memory('desk').update('trades', (present) => (Number(present ?? 0) + 1) as number),
  )
  await Promise.all(counts)
  const { value: trades } = await risk.memory('desk').get('trades')
  say('memory', { trades: trades?.value })

  // A warning that stays until somebody takes care of it.
  const { event: warning, position } = await risk.signals.send({
    domain: 'risk',
    severity: 'CRITICAL',
    confidence: 0.9,
    targets: ['trader'],
    message: 'volatility doubled',
  })
  const { value: inbox } = await trader.signals.inbox([], {}, { ...WAIT, after: [position] })
  const { position: answered } = await trader.signals.acknowledge(
    warning,
    'DONE',
    'position halved',
  )
  const unanswered = { unacknowledged: true }
  const { value: open } = await risk.signals.active(unanswered, { ...WAIT, after: [answered] })
  say('signal', { inbox: inbox.map(({ signal }) => signal.message), open: open.length })

  // A question to whoever listens, and its answer.
  const questions = await risk.messages.subscribe({ pattern: 'limits.*' })
  const answering = (async () => {
    for await (const { message } of questions) {
      return risk.messages.reply(message, { body: '15' })
    }
    return undefined
  })()
  const limit = { channel: 'limits.SPX', body: 'How many may I hold?' }
  const { message: answer } = await trader.messages.request(limit, WAIT)
  await answering
  say('message', { answer: answer.body })
} finally {
  await bus.stop()
}
