import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { runWaggle } from '@waggle-services/cli'
import { hashToken, openEmbeddedGateway, type EmbeddedGateway } from '@waggle-services/gateway'
import { createWaggleClient, type WaggleClient } from '@waggle/client'

let folder: string
let gateway: EmbeddedGateway
let owner: WaggleClient

const grants = [
  { name: 'bees', swarms: ['bees'], verbs: ['sql'] },
  { name: 'both', swarms: ['bees', 'wasps'], verbs: ['sql'] },
  { name: 'reader', swarms: ['*'], verbs: ['read'] },
] as const

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-gateway-'))
  const tokens = grants.map((grant) => ({ ...grant, sha256: hashToken(grant.name) }))
  await writeFile(join(folder, 'gateway-tokens.json'), JSON.stringify(tokens))
  gateway = await openEmbeddedGateway({
    dataDir: folder,
    port: 0,
    version: 'test',
    clock: systemClock(),
    logger: silentLogger,
  })
  await gateway.start()
  owner = createWaggleClient({ url: gateway.url, token: gateway.token })
  for (const swarm of ['bees', 'wasps', 'hornets']) {
    const joined = { kind: 'agent', agent: 'ada', op: 'JOINED', role: 'scout', weight: 1 }
    await owner.call('emit', { swarm, body: joined })
    await gateway.bus.hot.runner.caughtUp(30_000)
    const told = { kind: 'observation', agent: 'ada', domain: 'd', source: 's', content: swarm }
    await owner.call('emit', { swarm, body: told })
  }
  await gateway.bus.caughtUp(30_000)
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const as = (token: string): WaggleClient => createWaggleClient({ url: gateway.url, token })
const CONTENTS = 'SELECT content FROM latest_observations ORDER BY content'

test('rows come with the types of their columns, and no number loses digits', async () => {
  const query = 'SELECT {n:UInt64} AS n, toDecimal64(1.5, 3) AS d, count() AS c FROM observations'
  const { data } = await owner.call('sql', {
    body: { query, params: { n: '18446744073709551615' } },
  })
  expect(data).toMatchObject({
    columns: [
      { name: 'n', type: 'UInt64' },
      { name: 'd', type: 'Decimal(18, 3)' },
      { name: 'c', type: 'UInt64' },
    ],
    rows: [['18446744073709551615', '1.5', '3']],
    truncated: false,
  })
})

test('a token sees the rows of its swarms, whatever it asks', async () => {
  const ask = async (token: string, query: string, swarm?: string) => {
    const asked = { body: { query }, ...(swarm === undefined ? {} : { swarm }) }
    return (await as(token).call('sql', asked)).data.rows.flat()
  }
  expect(await ask(gateway.token, CONTENTS)).toEqual(['bees', 'hornets', 'wasps'])
  expect(await ask(gateway.token, CONTENTS, 'wasps')).toEqual(['wasps'])
  expect(await ask('both', CONTENTS)).toEqual(['bees', 'wasps'])
  expect(await ask('bees', CONTENTS)).toEqual(['bees'])
  expect(await ask('bees', "SELECT count() FROM agents WHERE swarm != 'bees'")).toEqual(['0'])
  await expect(ask('bees', CONTENTS, 'wasps')).rejects.toMatchObject({
    problem: { status: 403, code: 'SCOPE_MISSING' },
  })
  await expect(ask('reader', CONTENTS)).rejects.toMatchObject({
    problem: { status: 403, code: 'SCOPE_MISSING' },
  })
})

test('a token of `waggle token` works at once, and no further than it says', async () => {
  let printed = ''
  const out = { write: (text: string) => (printed += text) }
  const file = join(folder, 'gateway-tokens.json')
  const rights = ['--swarms', 'bees', '--verbs', 'sql', '--agents', 'ada']
  expect(await runWaggle(['token', 'late', ...rights, '--add', file, '--json'], {}, out)).toBe(0)
  const { token } = JSON.parse(printed) as { token: string }
  const ask = () => as(token).call('sql', { body: { query: CONTENTS } })
  await expect.poll(() => ask().catch(() => undefined), { timeout: 10_000 }).toBeDefined()
  expect((await ask()).data.rows).toEqual([['bees']])
  await expect(as(token).call('projections', {})).rejects.toMatchObject({
    problem: { code: 'SCOPE_MISSING' },
  })
  expect(JSON.stringify(await readFile(file, 'utf8'))).not.toContain(token)
})

test('more rows than were asked for are told, not sent', async () => {
  const body = { query: 'SELECT number FROM numbers(100)', max_rows: 3 }
  const { data } = await owner.call('sql', { body })
  expect(data).toMatchObject({ rows: [['0'], ['1'], ['2']], truncated: true })
})

describe('what is refused', () => {
  test.each([
    ['DROP TABLE observations', 403, 'QUERY_REFUSED'],
    ['INSERT INTO observations (content) VALUES (1)', 403, 'QUERY_REFUSED'],
    ["SELECT * FROM file('/etc/passwd')", 403, 'QUERY_REFUSED'],
    ["SELECT * FROM url('http://127.0.0.1/', 'CSV', 'a String')", 403, 'QUERY_REFUSED'],
    ['SELECT 1 SETTINGS max_execution_time = 0', 403, 'QUERY_REFUSED'],
    ['SELECT 1 FORMAT CSV', 403, 'QUERY_REFUSED'],
    ['SELECT 1; SELECT 2', 400, 'QUERY_FAILED'],
    ['SELECT colour FROM observations', 400, 'QUERY_FAILED'],
    ['SELECT', 400, 'QUERY_FAILED'],
    ["SELECT repeat('x', 1000000) FROM numbers(100)", 422, 'QUERY_LIMIT'],
    ['SELECT groupArray(number) FROM numbers(1000000000)', 422, 'QUERY_LIMIT'],
  ])('%s', async (query, status, code) => {
    await expect(owner.call('sql', { body: { query } })).rejects.toMatchObject({
      problem: { status, code, detail: expect.stringMatching(/Code: \d+|FORMAT/) },
    })
  })
})

describe('the interface of ClickHouse', () => {
  const ask = async (password: string, query: string): Promise<unknown[]> => {
    const client = createClient({
      url: gateway.url,
      pathname: '/clickhouse',
      username: 'any',
      password,
    })
    try {
      return await (await client.query({ query, format: 'JSONEachRow' })).json()
    } finally {
      await client.close()
    }
  }

  test('takes the token as password and shows its rows', async () => {
    expect(await ask('bees', CONTENTS)).toEqual([{ content: 'bees' }])
    expect(await ask(gateway.token, CONTENTS)).toHaveLength(3)
  })

  test('refuses in the words of ClickHouse', async () => {
    await expect(ask('nobody', CONTENTS)).rejects.toMatchObject({ code: '516' })
    await expect(ask('reader', CONTENTS)).rejects.toMatchObject({ code: '497' })
    await expect(ask('bees', 'DROP TABLE observations')).rejects.toMatchObject({ code: '497' })
    await expect(ask('bees', 'SELECT colour FROM observations')).rejects.toMatchObject({
      code: '47',
    })
  })

  test('is alive without a token', async () => {
    const ping = await fetch(`${gateway.url}/clickhouse/ping`)
    expect(await ping.text()).toBe('Ok.\n')
  })
})
