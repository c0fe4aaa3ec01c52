import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { gzipSync, zstdDecompressSync } from 'node:zlib'
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { openHttpStore } from '@waggle/view-analytics/clickhouse'
import { createClickHouseFacade, type ClickHouseFacade } from '@waggle/clickhouse-http'

const GZIP = { 'Content-Encoding': 'gzip' }

let folder: string
let facade: ClickHouseFacade
let writer: ClickHouseClient

const USERS = [
  { name: 'writer', password: 'w', role: 'writer' },
  {
    name: 'analyst',
    password: 'a',
    role: 'analyst',
    limits: { max_execution_time: 2, max_result_rows: 1000 },
  },
  { name: 'bees', password: 'b', role: 'analyst', swarm: 'bees' },
] as const

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-facade-'))
  facade = createClickHouseFacade({
    folder,
    users: USERS,
    logger: silentLogger,
    maxBodyBytes: 1_000_000,
  })
  await facade.start()
  writer = client('writer', 'w')
  for (const query of [
    `CREATE TABLE facts (swarm String, n Int64, v UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY n`,
    `CREATE TABLE secrets (x String) ENGINE = MergeTree ORDER BY x`,
    `CREATE VIEW totals AS SELECT swarm, sum(n) AS total FROM facts FINAL GROUP BY swarm`,
    `CREATE VIEW facts_as_of AS SELECT swarm, n FROM facts FINAL WHERE n <= {upto:Int64}`,
    `CREATE VIEW grand AS SELECT count() AS c FROM facts FINAL`,
    `INSERT INTO facts VALUES ('bees', 1, 1), ('wasps', 2, 1), ('bees', 1, 2)`,
    `INSERT INTO secrets VALUES ('s')`,
  ])
    await writer.command({ query })
})
afterAll(async () => {
  await writer.close()
  await facade.stop()
  await rm(folder, { recursive: true, force: true })
})

function client(username: string, password: string, compress = false): ClickHouseClient {
  return createClient({
    url: facade.url,
    username,
    password,
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: compress, response: compress },
  })
}

interface Asked {
  readonly user?: string
  readonly password?: string
  readonly params?: Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly method?: 'GET' | 'POST'
}

/** As the analyst unless told otherwise; a user's password is the first letter of the name. */
function ask(query: string, asked: Asked = {}): Promise<Response> {
  const {
    user = 'analyst',
    password = user[0]!,
    params = {},
    headers = {},
    method = 'POST',
  } = asked
  const address = new URL(facade.url)
  for (const [name, value] of Object.entries({ query, ...params }))
    address.searchParams.set(name, String(value))
  return fetch(address, {
    method,
    headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password, ...headers },
    ...(method === 'POST' ? { body: new Uint8Array(Buffer.from(asked.body ?? '')) } : {}),
  })
}
const textOf = async (query: string, asked?: Asked): Promise<string> =>
  (await ask(query, asked)).text()

describe('@clickhouse/client on the facade', () => {
  it.each([false, true])('inserts, streams and binds; compressed: %s', async (compress) => {
    const db = client('writer', 'w', compress)
    const table = `rows_${String(compress)}`
    await db.command({
      query: `CREATE TABLE ${table} (id Int64, text String) ENGINE = MergeTree ORDER BY id`,
    })
    const values = Array.from({ length: 5000 }, (_, id) => ({ id, text: `é;'\\${id}` }))
    const { summary } = await db.insert({ table, values, format: 'JSONEachRow' })
    expect(summary?.written_rows).toBe('5000')
    const result = await db.query({
      query: `SELECT * FROM ${table} WHERE id >= {from:Int64} AND text != {not:String} ORDER BY id`,
      query_params: { from: 4990, not: "é;'\\4991" },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    })
    const rows: unknown[] = []
    for await (const batch of result.stream<object>()) rows.push(...batch.map((row) => row.json()))
    expect(rows).toEqual(values.slice(4990).filter(({ id }) => id !== 4991))
    expect(await db.ping()).toEqual({ success: true })
    expect(await db.ping({ select: true })).toEqual({ success: true })
    const bound = await db.query({
      query:
        'SELECT {list:Array(String)} AS list, {nothing:Nullable(String)} AS nothing, {map:Map(String, Int32)} AS map',
      query_params: { list: ["a'b", 'tab\t\\', 'x;y'], nothing: null, map: { a: 1 } },
      format: 'JSONEachRow',
    })
    expect(await bound.json()).toEqual([
      { list: ["a'b", 'tab\t\\', 'x;y'], nothing: null, map: { a: 1 } },
    ])
    await db.close()
  })

  it('sends long parameters in a form', async () => {
    const db = createClient({
      url: facade.url,
      username: 'analyst',
      password: 'a',
      use_multipart_params: true,
    })
    const text = 'x'.repeat(50_000)
    const result = await db.query({
      query: 'SELECT length({t:String}) AS n',
      query_params: { t: text },
      format: 'JSONEachRow',
    })
    expect(await result.json()).toEqual([{ n: 50000 }])
    await db.close()
  })

  it('gets errors as ClickHouse gives them', async () => {
    await expect(writer.query({ query: 'SELEC 1' })).rejects.toMatchObject({
      code: '62',
      type: 'SYNTAX_ERROR',
    })
    const wrong = client('writer', 'no')
    await expect(wrong.query({ query: 'SELECT 1' })).rejects.toMatchObject({
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    })
    await wrong.close()
  })
})

describe('the HTTP interface', () => {
  it('answers with the headers and bytes of ClickHouse', async () => {
    const response = await ask('SELECT 255::UInt8 AS a', {
      params: { query_id: 'q1', default_format: 'RowBinary' },
    })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([255]))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-clickhouse-query-id': 'q1',
      'x-clickhouse-format': 'RowBinary',
      'x-clickhouse-timezone': expect.stringMatching(/\w/),
      'x-clickhouse-server-display-name': 'waggle',
      'x-clickhouse-summary': expect.stringContaining('"result_rows":"1"'),
    })
    expect((await ask('SELECT 1 FORMAT JSON')).headers.get('content-type')).toMatch(
      /^application\/json/,
    )
    expect(await textOf('SELECT 1', { headers: { 'X-ClickHouse-Format': 'CSVWithNames' } })).toBe(
      '"1"\n1\n',
    )
  })

  it('gives every format whole, and compressed when asked', async () => {
    const plain = await (
      await ask("SELECT number, unhex('ff00') FROM numbers(500) FORMAT Native")
    ).arrayBuffer()
    const response = await ask("SELECT number, unhex('ff00') FROM numbers(500) FORMAT Native", {
      params: { enable_http_compression: 1 },
      headers: { 'Accept-Encoding': 'zstd' },
    })
    expect(response.headers.get('content-encoding')).toBe('zstd')
    const bytes = Buffer.from(await response.arrayBuffer())
    // fetch leaves zstd to its reader where it does not know it.
    const read = bytes.equals(Buffer.from(plain)) ? bytes : zstdDecompressSync(bytes)
    expect(read.equals(Buffer.from(plain))).toBe(true)
  })

  it.each<[string, number, string, Asked]>([
    ['SELECT 1 FROM', 400, '62', {}],
    ['SELECT 1 without a password', 401, '194', { user: 'default', password: '' }],
    ['SELECT 1', 403, '516', { user: 'nobody' }],
    ['SELECT * FROM nowhere', 404, '60', {}],
    ['SELECT nope', 404, '47', {}],
    ['SELECT 1', 404, '81', { params: { database: 'nope' } }],
    [
      'SELECT sleepEachRow(1) FROM numbers(9) SETTINGS max_block_size = 1',
      408,
      '159',
      { user: 'writer', params: { max_execution_time: 1 } },
    ],
    ['SELECT 1', 413, '229', { body: Buffer.alloc(1_000_001, 32) }],
    ['SELECT 1', 413, '229', { body: gzipSync(Buffer.alloc(2_000_000, 32)), headers: GZIP }],
    ['SELECT 1', 400, '117', { body: 'x', headers: GZIP }],
    ['SELECT 1', 501, '48', { body: 'x', headers: { 'Content-Encoding': 'rot13' } }],
    ['SELECT throwIf(1)', 500, '395', {}],
    ['SELECT number FROM numbers(1001)', 500, '396', {}],
    ['SELECT 1', 404, '115', { params: { no_such_setting: 1 }, user: 'writer' }],
    ['SELECT 1; SELECT 2', 400, '62', {}],
    ['SELECT 1', 400, '36', { params: { query_id: 'a\r\nX-Evil: 1' } }],
    [
      'INSERT INTO facts SELECT * FROM facts',
      500,
      '164',
      { user: 'writer', method: 'GET', params: { readonly: 0 } },
    ],
    ['SELECT 1', 500, '452', { params: { max_execution_time: 3 } }],
    ['SELECT 1', 500, '164', { params: { additional_table_filters: '{}' } }],
    ['SELECT 1 SETTINGS readonly = 0', 500, '164', {}],
    ['INSERT INTO facts VALUES', 500, '164', { body: "('x', 1, 1)" }],
    ['INSERT INTO facts SELECT * FROM facts', 500, '164', { user: 'writer', method: 'GET' }],
  ])('%s -> %i, code %s', async (query, status, code, options) => {
    const response = await ask(query, options)
    const text = await response.text()
    expect([response.status, response.headers.get('x-clickhouse-exception-code')], text).toEqual([
      status,
      code,
    ])
    expect(text).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\\([A-Z_]+\\)\\s*$`, 's'))
  })

  it('takes settings for one request only', async () => {
    const asked = `SELECT getSetting('max_threads'), getSetting('max_result_rows')`
    const before = await textOf(asked, { user: 'writer' })
    expect(
      await textOf(asked, { user: 'writer', params: { max_threads: 3, max_result_rows: 77 } }),
    ).toBe('3\t77\n')
    expect(await textOf(asked, { user: 'writer' })).toBe(before)
    await ask('SELECT {p:String}', { params: { param_p: 'x' } })
    expect((await ask('SELECT {p:String}')).status).not.toBe(200)
  })
})

describe('a store whose analysts are users of their own', () => {
  it('reads as them, with every digit', async () => {
    const store = openHttpStore({
      url: facade.url,
      username: 'writer',
      password: 'w',
      analyst: { username: 'bees', password: 'b' },
    })
    const sql = 'SELECT swarm, toInt64(9007199254740993) AS big FROM facts FINAL'
    expect(await store.readOnly(sql)).toEqual([{ swarm: 'bees', big: '9007199254740993' }])
    expect(await store.rows(sql)).toHaveLength(2)
    await expect(store.readOnly('SELECT nope')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await store.close()
    const stranger = openHttpStore({ url: facade.url, username: 'writer', password: 'wrong' })
    await expect(stranger.readOnly('SELECT 1')).rejects.toMatchObject({ code: 'VIEW_UNAVAILABLE' })
    await stranger.close()
  })
})

describe('stopping', () => {
  it('ends what is asked, and is not held up by a client that goes on asking', async () => {
    const other = createClickHouseFacade({ folder, users: USERS, logger: silentLogger })
    await other.start()
    const db = createClient({
      url: other.url,
      username: 'writer',
      password: 'w',
      max_open_connections: 1,
      log: { level: ClickHouseLogLevel.OFF },
    })
    const asking = (async () => {
      for (;;) {
        const result = await db.query({ query: 'SELECT sleep(0.3)', format: 'JSONEachRow' })
        await result.json()
      }
    })()
    asking.catch(() => {})
    const running = `SELECT count() FROM system.processes WHERE query LIKE 'SELECT sleep%'`
    while ((await textOf(running, { user: 'writer' })) === '0\n') await setImmediate()
    await other.stop()
    await expect(asking).rejects.toThrow()
    await db.close()
  })
})

describe('an analyst', () => {
  it.each([
    'SHOW TABLES',
    'SHOW CREATE TABLE facts',
    'DESCRIBE facts',
    'EXISTS facts',
    'EXPLAIN SELECT * FROM facts',
    "SELECT ';' ; -- done",
    "SELECT * FROM facts WHERE swarm != ';' FORMAT JSON;",
    'WITH 1 AS x SELECT x',
    'SELECT name FROM system.tables LIMIT 1',
  ])('may %s', async (sql) => expect((await ask(sql)).status, await textOf(sql)).toBe(200))

  it.each([
    `SELECT * FROM file('/etc/hostname', 'LineAsString')`,
    `SELECT file('/etc/hostname')`,
    `SELECT 1 WHERE '' IN file('/etc/hostname')`,
    `WITH file('/etc/hostname') AS f SELECT f`,
    `DESCRIBE file('/etc/hostname', 'LineAsString')`,
    `EXPLAIN SELECT * FROM file('/etc/hostname')`,
    'SELECT * FROM `/etc/hostname`',
    `SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')`,
    `SELECT * FROM s3('http://127.0.0.1:1/x', 'CSV', 'a String')`,
    `SELECT * FROM remote('127.0.0.1', default.facts)`,
    `SELECT * FROM executable('x', 'TSV', 'a String')`,
    `SELECT * FROM merge('default', 'facts')`,
    `SELECT 1 INTO OUTFILE '/tmp/waggle-never-written'`,
    `SELECT 1 into/**/outfile '/tmp/waggle-never-written'`,
    'SELECT 1; DROP TABLE facts',
    `SELECT '\\\\'; DROP TABLE facts; --'`,
    `file('/etc/hostname')`,
    `optimize = 1 SELECT file('/etc/hostname')`,
    'DROP TABLE facts',
    'CREATE TABLE t2 (x Int8) ENGINE = Memory',
    'ALTER TABLE facts DELETE WHERE 1',
    'SYSTEM SHUTDOWN',
    'SET max_threads = 1',
    'KILL QUERY WHERE 1',
    'SELECT * FROM system.processes',
    'SELECT * FROM system.query_log',
    `SELECT 1 IN system.processes`,
    `SELECT reverseDNSQuery('SELECT 1')`,
    `BACKUP TABLE facts TO File('/tmp/waggle-never-written')`,
    'EXPLAIN ANALYZE SELECT 1',
    'EXPLAIN SYNTAX INSERT INTO facts SELECT * FROM facts',
  ])('may not %s', async (sql) => {
    const response = await ask(sql)
    expect(response.ok, await response.text()).toBe(false)
  })

  it('may not name a file by a parameter', async () => {
    for (const param_t of ['/etc/hostname', 'facts\n/etc/hostname', 'system.processes'])
      expect((await ask('SELECT * FROM {t:Identifier}', { params: { param_t } })).ok).toBe(false)
    expect(
      await textOf('SELECT count() FROM {t:Identifier} FINAL', { params: { param_t: 'facts' } }),
    ).toBe('2\n')
  })
})

describe('an analyst of one swarm', () => {
  it.each([
    ['SELECT DISTINCT swarm FROM facts FINAL', 'bees\n'],
    ['SELECT count() FROM facts FINAL', '1\n'],
    ['SELECT count() FROM default.facts AS f FINAL', '1\n'],
    [`SELECT count() FROM facts WHERE swarm = 'wasps'`, '0\n'],
    ['SELECT max(n) FROM facts', '1\n'],
    ['SELECT * FROM totals', 'bees\t1\n'],
    ['SELECT * FROM grand', '1\n'],
    ['SELECT * FROM facts_as_of(upto = 5)', 'bees\t1\n'],
    ['SELECT (SELECT count() FROM facts FINAL)', '1\n'],
    ['SELECT count() FROM (SELECT 1) AS o RIGHT JOIN facts AS f FINAL ON 1', '1\n'],
    [`SELECT ('wasps', 2, 1) IN facts`, '0\n'],
    ['SELECT count() FROM view(SELECT * FROM facts FINAL)', '1\n'],
    ['SELECT count() FROM secrets', '0\n'],
  ])('%s -> its own rows', async (sql, expected) => {
    expect(await textOf(sql, { user: 'bees' })).toBe(expected)
  })

  it.each([
    'SELECT * FROM system.tables',
    'SELECT * FROM system.parts',
    'EXPLAIN ESTIMATE SELECT * FROM facts',
    `SELECT * FROM merge('default', 'facts')`,
    `SELECT * FROM mergeTreeIndex('default', 'facts')`,
    'SELECT * FROM facts SETTINGS additional_table_filters = {}',
    'SELECT * FROM information_schema.tables',
  ])('may not %s', async (sql) => {
    expect((await ask(sql, { user: 'bees' })).ok).toBe(false)
    expect((await ask(sql, { user: 'bees', params: { additional_table_filters: '{}' } })).ok).toBe(
      false,
    )
  })
})
