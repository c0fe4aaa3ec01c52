import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger, systemClock, type Clock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { resolveRedis } from '../support/redis.ts'
import { waggle } from '../support/waggle-cli.ts'

const BIN = fileURLToPath(new URL('../../services/cli/bin/waggle.mjs', import.meta.url))
const TOPICS = fileURLToPath(new URL('../../infra/kafka/topics.json', import.meta.url))
const HOUR_MS = 3_600_000

interface Checked {
  readonly name: string
  readonly ok: boolean
  readonly needed: boolean
  readonly found: string
  readonly fix: string
}

const home = mkdtempSync(join(tmpdir(), 'waggle-doctor-home-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Patient {
  readonly argv?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly clock?: Clock
}

/** What the doctor says of everything, by name; once, because it opens engines. */
async function seen({
  argv = [],
  environment = {},
  clock,
}: Patient): Promise<(name: string) => Checked | undefined> {
  const own = { XDG_CONFIG_HOME: home, PATH: process.env['PATH'] }
  const { code, out } = await waggle(['doctor', '--json', '--port', '1', ...argv], {
    environment: { ...own, ...environment },
    ...(clock === undefined ? {} : { clock }),
  })
  const { checks } = JSON.parse(out) as { checks: readonly Checked[] }
  expect(code).toBe(checks.every(({ ok, needed }) => ok || !needed) ? 0 : 1)
  return (name) => checks.find((one) => one.name === name)
}

/** The time of a machine whose clock is wrong. */
function wrongClock(ms: number): Clock {
  const clock = systemClock()
  return { ...clock, now: () => clock.now() + ms * 1000, sleep: (for_) => clock.sleep(for_) }
}

const servers: { close(): unknown }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listening(answer: RequestListener = () => {}): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('this machine', () => {
  it('has another Node: the program names the one it needs', () => {
    const bin = join(home, 'services/cli/bin')
    mkdirSync(bin, { recursive: true })
    cpSync(BIN, join(bin, 'waggle.mjs'))
    const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.1.0'}})`
    const argv = ['--import', older, join(bin, 'waggle.mjs'), 'doctor']
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/needs Node 24 or newer.*nodejs\.org/),
    ])
  })

  it('has a port that something listens on, and a folder that nobody may write', async () => {
    const port = String(await listening())
    const told = await seen({ argv: ['--port', port, '--data', '/proc/waggle'] })
    expect(told(`port ${port}`)).toMatchObject({
      ok: false,
      found: expect.stringContaining('EADDRINUSE'),
      fix: expect.stringContaining('--port'),
    })
    if (process.platform !== 'linux') return
    expect(told('folder')).toMatchObject({
      ok: false,
      needed: true,
      fix: expect.stringContaining('chown'),
    })
  })

  it('is an hour behind the gateway; its folder is not there yet, and will be made', async () => {
    const port = await listening((_, answer) => void answer.end('{}'))
    const environment = { XDG_CONFIG_HOME: home }
    const add = ['contexts', 'add', 'desk', `http://127.0.0.1:${port}`, '--no-check']
    await waggle(add, { environment })
    const clock = wrongClock(-HOUR_MS)
    const told = await seen({ clock, argv: ['--data', join(home, 'new/bus')] })
    await waggle(['contexts', 'rm', 'desk'], { environment })
    expect(told('context desk')).toMatchObject({
      ok: false,
      found: expect.stringMatching(/3[56]\d\d s/),
      fix: expect.stringContaining('NTP'),
    })
    expect(told('folder')).toMatchObject({ ok: true })
    expect(told('disk')).toMatchObject({ ok: true })
  })

  it('has a bus that runs in the folder, until it stops', async () => {
    const dataDir = join(home, 'bus')
    const argv = ['--data', dataDir]
    const deps = { clock: systemClock(), logger: silentLogger }
    const bus = await openEmbeddedBus({ dataDir, analytics: 'off' }, deps)
    const told = await seen({ argv })
    await bus.stop()
    expect(told('bus in the folder')).toMatchObject({
      ok: false,
      found: expect.stringMatching(/bus is in use: [^.]*$/),
      fix: expect.stringContaining('gateway'),
    })
    expect((await seen({ argv }))('bus in the folder')).toMatchObject({ ok: true })
  })
})

describe('the cluster that the environment names', () => {
  const GONE = '127.0.0.1:1'
  const environment = {
    WAGGLE_KAFKA_BROKERS: GONE,
    WAGGLE_KAFKA_TOPICS: TOPICS,
    WAGGLE_REDIS_NODES: GONE,
    WAGGLE_REGISTRY_URL: `http://${GONE}`,
    WAGGLE_CLICKHOUSE_URL: `http://${GONE}`,
  }

  it('is not there', async () => {
    const told = await seen({ environment })
    const rows = [
      [`Kafka ${GONE}`, 'WAGGLE_KAFKA_BROKERS'],
      ['Kafka’s topics', 'WAGGLE_KAFKA_TLS'],
      ['Redis', 'WAGGLE_REDIS_NODES'],
      ['schema registry', 'WAGGLE_REGISTRY_URL'],
      ['ClickHouse', 'WAGGLE_CLICKHOUSE_URL'],
    ] as const
    for (const [name, variable] of rows)
      expect(told(name)).toMatchObject({
        name,
        ok: false,
        needed: true,
        fix: expect.stringContaining(variable),
      })
  })

  it('is configured wrongly, and the secret is not told', async () => {
    const wrong = { ...environment, WAGGLE_REDIS_TLS: 'hunter2', WAGGLE_NONSENSE: 'x' }
    const { ok, found } = (await seen({ environment: wrong }))('configuration')!
    expect([ok, found]).toEqual([
      false,
      expect.stringMatching(/WAGGLE_REDIS_TLS.*WAGGLE_NONSENSE/s),
    ])
    expect(found).not.toContain('hunter2')
  })

  it('has a registry that refuses, or has another time', async () => {
    let status = 401
    let late = 0
    const port = await listening((_, answer) => {
      const date = new Date(Date.now() - late).toUTCString()
      answer.writeHead(status, { date }).end('[]')
    })
    const registry = { ...environment, WAGGLE_REGISTRY_URL: `http://127.0.0.1:${port}` }
    const ask = async () => (await seen({ environment: registry }))('schema registry')
    expect(await ask()).toMatchObject({ ok: false, fix: expect.stringContaining('PASSWORD') })
    status = 200
    expect(await ask()).toMatchObject({ ok: true })
    late = HOUR_MS
    expect(await ask()).toMatchObject({
      ok: false,
      found: expect.stringContaining('behind'),
      fix: expect.stringContaining('NTP'),
    })
  })
})

describe('a real Redis', async () => {
  const redis = await resolveRedis()
  beforeAll(() => () => redis?.dispose())

  it.skipIf(redis === undefined)('is found, with its clock', async () => {
    const { host, port } = redis!.redis.endpoints[0]!
    const environment = {
      WAGGLE_KAFKA_BROKERS: '127.0.0.1:1',
      WAGGLE_REDIS_NODES: `${host}:${port}`,
    }
    expect((await seen({ environment }))('Redis')).toMatchObject({ ok: true })
    const clock = wrongClock(-HOUR_MS)
    expect((await seen({ environment, clock }))('Redis')).toMatchObject({
      ok: false,
      found: expect.stringMatching(/ s ahead of this machine/),
      fix: expect.stringContaining('NTP'),
    })
  })
})
