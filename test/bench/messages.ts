import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { coordinate, type CoordinatedAgent, type MessageSubscription } from '@waggle/coordinate'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { quantile, show, verify } from './measure.ts'

const SAMPLES = 2000
const REQUESTS = 500
const BACKLOG = 50_000
const BODY = 'x'.repeat(200)

/** From one agent to another over a durable log, in one process: the whole embedded bus runs beside. */
export async function benchMessages(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const bus = await openEmbeddedBus(
    { dataDir: folder, analytics: 'off' },
    { clock: systemClock(), logger: silentLogger },
  )
  const agents = coordinate(bus)
  const [sender, receiver] = ['sender', 'receiver'].map((agent) =>
    agents.agent({ swarm: 'bench', agent, session: agent }),
  ) as [CoordinatedAgent, CoordinatedAgent]
  for (const { emitter } of [sender, receiver])
    await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  await oneWay(sender, receiver, 'warm')
  const plain = await oneWay(sender, receiver, 'plain')
  const durable = await oneWay(sender, receiver, 'durable', 'durable')
  const asked = await requests(sender, receiver)
  const backlog = await drain(sender, receiver)
  await bus.stop()
  rmSync(folder, { recursive: true })
  return [
    `messages of ${BODY.length} characters between agents of one process, LMDB, durable before acknowledged`,
    row('send -> received', plain),
    row('send -> received, durable subscription', durable),
    row('request -> reply received', asked),
    `  backlog of ${show(BACKLOG)} received                      ${show(backlog)} messages/s`,
  ]
}

function row(name: string, values: readonly number[]): string {
  return `  ${name.padEnd(46)} p50 ${show(quantile(values, 0.5))} ms, p99 ${show(quantile(values, 0.99))} ms, max ${show(quantile(values, 1))} ms (n ${values.length})`
}

async function oneWay(
  sender: CoordinatedAgent,
  receiver: CoordinatedAgent,
  channel: string,
  name?: string,
): Promise<number[]> {
  const subscription = await receiver.messages.subscribe({
    pattern: `${channel}.>`,
    ...(name === undefined ? {} : { name }),
  })
  const received = subscription[Symbol.asyncIterator]()
  const latencies: number[] = []
  for (let index = 0; index < SAMPLES; index++) {
    const next = received.next()
    const start = performance.now()
    const [{ value }] = await Promise.all([
      next,
      sender.messages.send({ channel: `${channel}.x`, body: `${index} ${BODY}` }),
    ])
    latencies.push(performance.now() - start)
    verify(value?.message.body.startsWith(`${index} `) === true, 'each message comes, in order')
  }
  await received.return?.(undefined)
  return latencies
}

async function requests(sender: CoordinatedAgent, receiver: CoordinatedAgent): Promise<number[]> {
  const work = await receiver.messages.subscribe({ pattern: 'jobs' })
  const served = serve(receiver, work)
  const latencies: number[] = []
  for (let index = 0; index < REQUESTS; index++) {
    const start = performance.now()
    const { message } = await sender.messages.request({ channel: 'jobs', body: `${index}` })
    latencies.push(performance.now() - start)
    verify(message.body === `re ${index}`, 'the reply is of the request')
  }
  work.close()
  await served
  return latencies
}

async function serve(agent: CoordinatedAgent, work: MessageSubscription): Promise<void> {
  for await (const { message } of work)
    await agent.messages.reply(message, { body: `re ${message.body}` })
}

async function drain(sender: CoordinatedAgent, receiver: CoordinatedAgent): Promise<number> {
  const subscription = await receiver.messages.subscribe({ pattern: 'backlog' })
  for (let sent = 0; sent < BACKLOG; sent += 1000) {
    await sender.emitter.emitAll(
      Array.from({ length: 1000 }, () => ({
        kind: 'message' as const,
        channel: 'backlog',
        body: BODY,
      })),
    )
  }
  const start = performance.now()
  let received = 0
  for await (const _ of subscription) if (++received === BACKLOG) break
  return (BACKLOG * 1000) / (performance.now() - start)
}
