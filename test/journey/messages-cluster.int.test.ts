import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { coordinate, type CoordinatedAgent } from '@waggle/coordinate'
import { sealRun } from '@waggle/emit'
import { replay } from '@waggle/replay'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { openClusterBus, type ClusterBus } from '@waggle-services/cluster'
import { resolveInfra } from '../support/infra.ts'

const cluster = await resolveInfra('A cluster of native processes', [
  () => startDevCluster({ builtInRegistry: true, services: ['coordinator'] }),
])
const TOPICS = fileURLToPath(new URL('../../infra/kafka/topics.json', import.meta.url))
const SWARM = 'cluster'

/** Each has a bus of its own, as two processes have. */
const openBus = (): Promise<ClusterBus> =>
  openClusterBus(
    parseEnvironment(cluster!.environment, () => ''),
    parseTopicsFile(readFileSync(TOPICS, 'utf8')),
    { clock: systemClock(), logger: silentLogger },
  )

async function join(bus: ClusterBus, agent: string, session = agent): Promise<CoordinatedAgent> {
  const own = coordinate(bus).agent({ swarm: SWARM, agent, session })
  await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  return own
}

describe.skipIf(cluster === undefined)('messages and signals on a cluster', () => {
  let buses: readonly [ClusterBus, ClusterBus]
  beforeAll(async () => {
    buses = [await openBus(), await openBus()]
  })
  afterAll(async () => {
    for (const bus of buses ?? []) await bus.stop()
    await cluster?.stop()
  })

  it('are delivered in order, durably, and answered, between buses', async () => {
    const a = await join(buses[0], 'a')
    const b = await join(buses[1], 'b')
    const inbox = { pattern: 'work.*', name: 'inbox' }
    const first = await b.messages.subscribe(inbox)
    for (let index = 0; index < 6; index++)
      await a.messages.send({ channel: 'work.x', body: `${index}` })
    const bodies: string[] = []
    for await (const { message } of first) {
      bodies.push(message.body)
      if (bodies.length === 4) break
    }
    // Somebody else goes on for it: the same agent in a new session, on the other bus.
    const again = await join(buses[0], 'b', 'b/2')
    for await (const { message } of await again.messages.subscribe(inbox)) {
      bodies.push(message.body)
      if (bodies.length === 7) break
    }
    expect(bodies).toEqual(['0', '1', '2', '3', '3', '4', '5'])

    const jobs = await b.messages.subscribe({ pattern: 'jobs' })
    const served = (async () => {
      for await (const { message } of jobs) {
        await b.messages.reply(message, { body: `re ${message.body}` })
        if (message.body === 'last') return
      }
    })()
    for (const body of ['one', 'two', 'last']) {
      const { message } = await a.messages.request({ channel: 'jobs', body }, { timeoutMs: 20_000 })
      expect(message.body).toBe(`re ${body}`)
    }
    await served
  })

  it('escalate by the coordinator elsewhere, once, when nobody acknowledges', async () => {
    const a = await join(buses[0], 'c')
    const b = await join(buses[1], 'd')
    const alarm = {
      domain: 'risk',
      severity: 'CRITICAL',
      confidence: 1,
      escalate_after_ms: 1,
    } as const
    const heard = await a.signals.send({ ...alarm, targets: ['d'], escalate_after_ms: 60_000 })
    const { event, position } = await a.signals.send({ ...alarm, targets: ['d'] })
    await b.signals.acknowledge(heard.event, 'DONE')
    const seal = { log: buses[0].log, codec: buses[0].codec, swarm: SWARM, run: null }
    await sealRun({ ...seal, at: event.known_at + 100_000 })
    await buses[0].caughtUp(30_000)
    await buses[1].caughtUp(30_000)
    const found = []
    for await (const known of replay({ ...buses[1], topics: ['waggle.escalations.v1'], run: null }))
      found.push(known.event)
    expect(found).toMatchObject([{ signal: event.id, silent: ['d'] }])
    const inbox = await b.signals.inbox([], { unacknowledged: true }, { after: [position] })
    expect(inbox.value.map(({ signal }) => signal.id)).toEqual([event.id])
  })
})
