import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAgent, WARDEN, type Agent } from '@waggle/agent'
import { silentLogger, systemClock } from '@waggle/base'
import type { Erasure } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { openClusterBus, type ClusterBus } from '@waggle-services/cluster'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveInfra } from '../support/infra.ts'

const snapshots = mkdtempSync(join(tmpdir(), 'waggle-memory-cluster-'))
const cluster = await resolveInfra('A cluster of native processes', [
  () =>
    startDevCluster({
      builtInRegistry: true,
      services: ['memory-view'],
      environment: { WAGGLE_SNAPSHOT_DIR: snapshots },
    }),
])
const TOPICS = fileURLToPath(new URL('../../infra/kafka/topics.json', import.meta.url))
const SECRET = 'sells the house in Bern'
const WAIT_MS = 60_000

const openBus = (): Promise<ClusterBus> =>
  openClusterBus(
    parseEnvironment(cluster!.environment, () => ''),
    parseTopicsFile(readFileSync(TOPICS, 'utf8')),
    { clock: systemClock(), logger: silentLogger },
  )

describe.skipIf(cluster === undefined)('memory on a cluster', () => {
  let buses: readonly ClusterBus[] = []
  let ann: Agent
  let bob: Agent
  beforeAll(async () => {
    buses = [await openBus(), await openBus()]
    ann = createAgent({ bus: buses[0]!, swarm: 'desk', name: 'ann', readTimeoutMs: WAIT_MS })
    bob = createAgent({ bus: buses[1]!, swarm: 'desk', name: 'bob', readTimeoutMs: WAIT_MS })
    await ann.emitter.emit({
      kind: 'agent',
      op: 'JOINED',
      role: 'warden',
      capabilities: [WARDEN],
    })
    await bob.join()
  })
  afterAll(async () => {
    for (const bus of buses) await bus.stop()
    await cluster?.stop()
    rmSync(snapshots, { recursive: true, force: true })
  })

  it('of two agents that write one document one wins, and both know', async () => {
    const put = (agent: Agent) =>
      agent.documents.put(
        'note',
        'plan',
        { by: agent.name },
        { namespace: 'shared', expectedVersion: 0 },
      )
    const results = await Promise.allSettled([put(ann), put(bob)])
    const won = results.filter(({ status }) => status === 'fulfilled')
    const lost = results.filter((result) => result.status === 'rejected')
    expect(won).toHaveLength(1)
    expect(lost.map(({ reason }) => (reason as { code: string }).code)).toEqual([
      'VERSION_CONFLICT',
    ])
    const read = { namespace: 'shared' }
    const [ofAnn, ofBob] = await Promise.all([
      ann.documents.get('note', 'plan', read),
      bob.documents.get('note', 'plan', read),
    ])
    expect(ofAnn!.version).toBe(1)
    expect(ofBob!.position).toEqual(ofAnn!.position)
  })

  it('of a subject is read by who may, and by nobody once it is erased', async () => {
    const told = { type: 'client', namespace: 'shared', importance: 0.9 }
    const secret = await ann.remember({ ...told, content: SECRET, subject: 'client-7' })
    const plain = await ann.remember({ ...told, content: 'buys the house in Basel' })
    const after = [secret.position, plain.position]
    const question = { text: 'house', kinds: ['experience'] as const, limit: 10, record: false }
    const before = await bob.recall({ ...question, after })
    expect(before.memories.map(({ id }) => id).toSorted()).toEqual(
      [secret.event.id, plain.event.id].toSorted(),
    )
    expect(JSON.stringify(before.memories.map(({ event }) => event))).toContain(SECRET)

    const wish = await ann.trust.requestErasure('client-7')
    const receipt = await receiptOf(buses[0]!, wish.event.id)
    expect(receipt.key_fingerprint).toMatch(/^[0-9a-f]{64}$/)
    const left = await bob.recall({ ...question, after: [wish.position] })
    expect(left.memories.map(({ id }) => id)).toEqual([plain.event.id])
    await expect(ann.remember({ ...told, content: 'again', subject: 'client-7' })).rejects.toThrow(
      expect.objectContaining({ code: 'SUBJECT_ERASED' }) as Error,
    )
    expect(await bytesHold(buses[0]!, 'house in Basel')).toBe(true)
    expect(await bytesHold(buses[0]!, SECRET)).toBe(false)
  })
})

/** Waits for the receipt in the log: the memory-view service says it. */
async function receiptOf({ log, codec }: ClusterBus, cause: string): Promise<Erasure> {
  const [at] = partitionsOf(log, ['waggle.compensations.v1'])
  const signal = AbortSignal.timeout(WAIT_MS)
  for await (const { records } of log.tail([{ ...at!, offset: 0n }], { signal, maxRecords: 100 })) {
    for (const { value } of records) {
      const event = (await codec.load(value.readInt32BE(1))).decode(value)
      if (event.kind === 'erasure' && event.step === 'COMPLETED' && event.cause === cause)
        return event
    }
  }
  throw new Error('The tail ended')
}

async function bytesHold({ log }: ClusterBus, text: string): Promise<boolean> {
  for (const end of await log.ends(partitionsOf(log, ['waggle.memories.v1'])))
    for (let offset = 0n; offset < end.offset;) {
      const records = await log.read({ ...end, offset }, 100)
      if (records.length === 0) break
      if (records.some(({ value }) => value.includes(text))) return true
      offset = records.at(-1)!.offset + 1n
    }
  return false
}
