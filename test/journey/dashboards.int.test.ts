import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, type ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createClickHouseFacade, type ClickHouseFacade } from '@waggle/clickhouse-http'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { expandSql, readDashboards, type PanelContext } from '../support/grafana.ts'

const MAIN = fileURLToPath(new URL('../../services/demo/src/main.ts', import.meta.url))
const SCOPE = { swarm: 'demo', run: 'backtest-SPX' }
const DAY = 86_400

let folder: string
let facade: ClickHouseFacade
let analyst: ClickHouseClient

/** A year of the demo, which ends with backdated events, and one record nobody can read. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-dashboards-'))
  const demo = spawn(process.execPath, [MAIN, '--data', folder, '--until', '2000-12-29', '--quiet'])
  demo.stdout.resume()
  expect(await once(demo, 'exit')).toEqual([0, null])
  const deps = { clock: systemClock(), logger: silentLogger }
  const bus = await openEmbeddedBus({ dataDir: folder }, deps)
  const topic = 'waggle.observations.v1'
  await emitMemories(bus)
  await bus.log.append([{ topic, partition: 0, key: 'k', value: Buffer.from('junk'), headers: {} }])
  await bus.caughtUp(60_000)
  await bus.analytics!.deadLetters.caughtUp(60_000)
  await bus.stop()
  facade = createClickHouseFacade({
    folder: join(folder, 'clickhouse'),
    users: [{ name: 'analyst', password: 'a', role: 'analyst' }],
    logger: silentLogger,
  })
  await facade.start()
  analyst = createClient({ url: facade.url, username: 'analyst', password: 'a' })
})
afterAll(async () => {
  await analyst?.close()
  await facade?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Beside what the demo's agents remember: another that asks its memory, which takes time, and a pattern. */
async function emitMemories(bus: EmbeddedBus): Promise<void> {
  const emitter = bus.emitter({ ...SCOPE, agent: 'historian', session: 'memories' })
  const own = { namespace: 'historian' }
  const content = 'breakouts of the opening range hold'
  const kept = await emitter.emit({
    kind: 'experience',
    ...own,
    type: 'lesson',
    content,
    importance: 1,
  })
  const found = [{ memory: kept.event.id, score: 0.9 }]
  const recall = { query: 'breakout', namespaces: ['historian'], found, asked_for: 8 }
  await emitter.emit({ kind: 'recall', ...recall, as_of: null, latency_us: 700 })
  // A year is too short to learn a pattern: this one is said as the bank says them.
  await emitter.emit({
    kind: 'pattern',
    pattern: 'p',
    domain: 'trend',
    situation: 's',
    action: 'LONG',
    status: 'PROMOTED',
    version: 1,
    samples: 20,
    successes: 14,
    success_low: 0.5,
    success_high: 0.8,
    mean_return: 0.01,
    return_low: 0.001,
    return_high: 0.02,
    e_value: 12,
    level: 0.05,
    rule: 'r',
    reason: '',
  })
}

type Row = Readonly<Record<string, string | number | null>>

async function ask(sql: string): Promise<Row[]> {
  const clickhouse_settings = { output_format_json_quote_64bit_integers: 0 } as const
  const result = await analyst.query({ query: sql, format: 'JSONEachRow', clickhouse_settings })
  return result.json<Row>()
}

const dashboards = readDashboards()
const panels = dashboards
  .flatMap((dashboard) => dashboard.panels)
  .filter(({ datasource }) => datasource.uid === 'clickhouse')
const variables = dashboards.flatMap(({ templating }) => templating.list)

/** Everything since 1999; the demo lives in 2000, its appends now. */
const context: PanelContext = {
  from: Date.UTC(1999, 0, 1) / 1000,
  to: Math.ceil(systemClock().now() / 1e6) + DAY,
  intervalSeconds: DAY,
  variables: { swarm: [SCOPE.swarm], run: [SCOPE.run, 'live'] },
}
const sqlOf = (title: string, given = context): string =>
  expandSql(panels.find((panel) => panel.title === title)!.targets[0]!.rawSql!, given)

describe('the ClickHouse dashboard', () => {
  it.each(panels.map(({ title, type }) => [title, type]))(
    '%s (%s) shows what the demo did',
    async (title, type) => {
      const rows = await ask(sqlOf(title))
      expect(rows.length).toBeGreaterThan(0)
      if (type !== 'timeseries') return
      // Time, then the name of the series, then the value: what Grafana makes lines of.
      const columns = Object.entries(rows[0]!)
      expect(columns.map(([, value]) => typeof value)).toEqual(['string', 'string', 'number'])
      const times = rows.map(({ time }) => String(time))
      expect(times).toEqual([...times].sort())
    },
  )

  it.each(panels.map(({ title }) => title))('%s is empty where nothing was', async (title) => {
    const from = Date.UTC(1990, 0, 1) / 1000
    expect(await ask(sqlOf(title, { ...context, from, to: from + DAY }))).toEqual([])
    const nobody = sqlOf(title, { ...context, variables: { swarm: ["o'hare"], run: ['live'] } })
    const all = title.includes('ead letters') ? await ask(sqlOf(title)) : []
    expect(await ask(nobody)).toEqual(all)
  })

  it('offers the swarms and their runs', async () => {
    expect(variables.map(({ name }) => name)).toEqual(['swarm', 'run'])
    const offered = await Promise.all(variables.map(({ query }) => ask(query)))
    expect(offered).toEqual([[{ swarm: 'demo' }], [{ run: 'backtest-SPX' }]])
  })

  it('counts each event once, the late and the refused among them', async () => {
    const perDay = await ask(sqlOf('Events per minute by kind'))
    const events = perDay.reduce((sum, row) => sum + (Number(row['events']) * DAY) / 60, 0)
    const [steps] = await ask(`SELECT count() AS n FROM trajectory_steps WHERE kind = 'decision'`)
    const decisions = perDay.filter(({ kind }) => kind === 'decision')
    const counted = decisions.reduce((sum, row) => sum + (Number(row['events']) * DAY) / 60, 0)
    expect(Math.round(counted)).toBe(steps!['n'])
    expect(events).toBeGreaterThan(counted)
    expect(await ask(sqlOf('Late events'))).toContainEqual({
      kind: 'signal',
      agent: 'historian',
      late: 1,
    })
    expect(await ask(sqlOf('Newest dead letters'))).toMatchObject([
      { topic: 'waggle.observations.v1', partition: 0, code: 'FRAME_INVALID' },
    ])
  })

  it('gains what a fold over fills and closes gains', async () => {
    const exact =
      'toFloat64(quantity) AS quantity, toFloat64(price) AS price, toFloat64(fee) AS fee'
    const fills = await ask(`SELECT ${exact} FROM fills FINAL ORDER BY _known_from`)
    const [last] = await ask(
      'SELECT toFloat64(close) AS close FROM bars FINAL ORDER BY _known_from DESC LIMIT 1',
    )
    let cash = 0
    let held = 0
    for (const { quantity, price, fee } of fills) {
      cash -= Number(quantity) * Number(price) + Number(fee)
      held += Number(quantity)
    }
    const gain = (await ask(sqlOf('Gain'))).at(-1)!
    expect(gain['holding']).toBe('demo backtest-SPX SPX')
    expect(gain['gain']).toBeCloseTo(cash + held * Number(last!['close']), 4)
  })
})
