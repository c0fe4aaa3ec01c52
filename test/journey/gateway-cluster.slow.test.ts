import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import { subjectOf } from '@waggle/event'
import { verifyPack } from '@waggle/explain'
import { hashToken } from '@waggle-services/gateway'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { freePorts } from '@waggle-infra/native/process'
import { startService, type ServiceProcess } from '@waggle-infra/native/service'
import { resolveInfra } from '../support/infra.ts'
import { waggle } from '../support/waggle-cli.ts'

const cluster = await resolveInfra('A cluster of native processes', [
  () => startDevCluster({ builtInRegistry: true, services: ['analytics', 'coordinator'] }),
])
const WAIT = { timeout_ms: 60_000 }

describe.skipIf(cluster === undefined)('the gateway of a cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-gateway-'))
  const tokens = join(folder, 'tokens.json')
  let service: ServiceProcess
  let url: string
  let owner: WaggleClient
  /** Where bees' ada stands in the log. */
  let joining: string
  /** Behind what was emitted. */
  let after: string

  const as = (token: string): WaggleClient => createWaggleClient({ url, token })
  const grant = (name: string, swarms: string[], verbs: string[]) => ({
    name,
    sha256: hashToken(name),
    swarms,
    verbs,
  })
  const owning = grant('owner', ['*'], ['read', 'emit', 'remember', 'sql', 'operate', 'vote'])

  beforeAll(async () => {
    const [port] = await freePorts(1)
    url = `http://127.0.0.1:${port}`
    writeFileSync(tokens, JSON.stringify([owning, grant('bees', ['bees'], ['read', 'sql'])]))
    const environment = {
      ...cluster!.environment,
      WAGGLE_SNAPSHOT_DIR: join(folder, 'kept'),
      WAGGLE_CERTIFICATE_DIR: join(folder, 'certificate'),
      WAGGLE_GATEWAY_PORT: String(port),
      WAGGLE_GATEWAY_TOKENS: tokens,
    }
    service = await startService('gateway', { environment })
    owner = as('owner')
    for (const swarm of ['bees', 'wasps']) {
      const joined = { kind: 'agent', agent: 'ada', op: 'JOINED', role: 'scout', weight: 1 }
      const { position } = await owner.call('emit', { swarm, body: joined })
      await owner.call('agents', { swarm, after: position, ...WAIT })
      if (swarm === 'bees') joining = position
      const told = { agent: 'ada', content: `The ${swarm} found clover behind the mill` }
      after = (await owner.call('remember', { swarm, body: told })).position
    }
  }, 240_000)
  afterAll(async () => {
    await service?.stop()
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('answers what is known now, and what was known before', async () => {
    const { data } = await owner.call('agents', { swarm: 'bees' })
    expect(data).toMatchObject([{ agent: 'ada', role: 'scout', status: 'ALIVE' }])
    const then = await owner.call('agents', { swarm: 'bees', as_of: '2001-01-01' })
    expect(then).toMatchObject({ data: [], past: { as_of: 978_307_200_000_000 } })
    const asked = { swarm: 'wasps', body: { text: 'clover' } }
    const now = await owner.call('recall', { ...asked, after, ...WAIT })
    expect(now.data.map(({ text }) => text)).toEqual([
      expect.stringContaining('wasps found clover'),
    ])
    const before = await owner.call('recall', { ...asked, as_of: '2001-01-01' })
    expect(before.data).toEqual([])
  })

  it('tells who listens, and goes on behind what it told', async () => {
    const gone = new AbortController()
    const seen: string[] = []
    for await (const message of owner.live('bees', { from: '' }, gone.signal)) {
      if (message.type !== 'events') continue
      seen.push(...message.events.map(({ event }) => event.kind))
      if (seen.length >= 2) break
    }
    gone.abort()
    expect(seen.toSorted()).toEqual(['agent', 'experience'])
  })

  it('shows analysts the rows of their swarms alone', async () => {
    const query = 'SELECT swarm FROM agents FINAL ORDER BY swarm'
    const rows = async (token: string) => {
      const { data } = await as(token).call('sql', { body: { query } })
      return data.rows.flat()
    }
    await expect.poll(() => rows('owner'), { timeout: 60_000 }).toEqual(['bees', 'wasps'])
    expect(await rows('bees')).toEqual(['bees'])
    for (const forbidden of ['DROP TABLE agents', "SELECT * FROM file('/etc/passwd')"])
      await expect(as('bees').call('sql', { body: { query: forbidden } })).rejects.toMatchObject({
        problem: { code: 'QUERY_REFUSED' },
      })
    const deep = { body: { query: 'SELECT colour FROM agents' } }
    await expect(as('bees').call('sql', deep)).rejects.toMatchObject({
      problem: { code: 'QUERY_FAILED', detail: expect.stringContaining('colour') },
    })
  })

  it('shows the views of all processes and the schemas of the registry', async () => {
    const { data } = await owner.call('projections', {})
    expect(data.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'hot-view',
        'memory',
        'reasoning-bank',
        'trajectory-index',
        'analytics/analytics',
      ]),
    )
    expect((await owner.call('calibration', { swarm: 'bees' })).data).toMatchObject({ count: 0 })
    const subjects = await owner.call('schemas', {})
    expect(subjects.data.map(({ subject }) => subject)).toContain(
      subjectOf('waggle.proposals.v1', 'vote'),
    )
    const auth = { username: 'any', password: 'owner' }
    const registry = new SchemaRegistry({ host: `${url}/registry`, auth })
    const { subject } = subjects.data[0]!
    expect(await registry.getLatestSchemaId(subject)).toBeGreaterThan(0)
  })

  it('proves that the certified log holds what a number rests on, once it is certified', async () => {
    const ask = { swarm: 'bees', claim: `row:agents/${joining.replace('@', '/')}` }
    const before = await owner.call('explain', ask)
    expect(before.data).not.toHaveProperty('proof')
    const environment = {
      ...cluster!.environment,
      WAGGLE_CERTIFICATE_DIR: join(folder, 'certificate'),
    }
    const [out, key] = [join(folder, 'log.cert'), join(folder, 'log.key')]
    const said = await waggle(['certify', '--out', out, '--key', key], { environment })
    expect(said, said.err).toMatchObject({ code: 0 })
    const { data } = await owner.call('explain', ask)
    const verified = verifyPack(data, readFileSync(`${key}.pub`, 'utf8').trim())
    expect(verified.certificate.body.engines).toMatchObject({ log: 'kafka' })
    expect(data.proof!.events).toHaveLength(data.events.length)
  })

  it('takes a token that is added while it runs', async () => {
    await expect(as('late').call('whoami', {})).rejects.toMatchObject({ problem: { status: 401 } })
    writeFileSync(tokens, JSON.stringify([owning, grant('late', ['bees'], ['read'])]))
    const ask = async () =>
      (
        await as('late')
          .call('whoami', {})
          .catch(() => undefined)
      )?.data.visible
    await expect.poll(ask, { timeout: 10_000 }).toEqual(['bees'])
    await expect(as('bees').call('whoami', {})).rejects.toMatchObject({ problem: { status: 401 } })
  })
})
