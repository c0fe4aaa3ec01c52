import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { microsOf, parseDecimal, silentLogger, systemClock } from '@waggle/base'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import type { Position } from '@waggle/event'
import { recompute } from '@waggle/explain'
import { openEmbeddedGateway, type EmbeddedGateway } from '@waggle-services/gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decimal, NOBODY } from '../support/explain-scene.ts'

const SWARM = 'desk'
const WHEN = { occurred_at: 1_236_556_800_000_001 }
const at = new Map<string, Position>()
let folder: string
let gateway: EmbeddedGateway
let owner: WaggleClient

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waggle-rows-'))
  gateway = await openEmbeddedGateway({
    dataDir: folder,
    port: 0,
    version: 'test',
    clock: systemClock(),
    logger: silentLogger,
  })
  await gateway.start()
  owner = createWaggleClient({ url: gateway.url, token: gateway.token })
  const { bus } = gateway
  const ada = bus.emitter({ swarm: SWARM, agent: 'ada', session: 's' })
  await ada.emit({ kind: 'agent', op: 'JOINED', role: 'trader', weight: 1 })
  await bus.hot.runner.caughtUp(30_000)
  const fill = { quantity: decimal('-2.5'), price: decimal('101.25'), fee: decimal('0.000000001') }
  const kept = [
    await ada.emit({ kind: 'fill', ...WHEN, decision: NOBODY, instrument: 'SPX', ...fill }),
    await ada.emit({
      kind: 'decision',
      ...WHEN,
      action: 'LONG',
      context: 'ü "quoted" \n',
      reasoning: '',
      confidence: 0.7,
      inputs: [NOBODY],
      alternatives: ['FLAT', 'SHORT'],
      horizon_at: WHEN.occurred_at,
    }),
    await ada.emit({
      kind: 'observation',
      domain: 'd',
      source: 's',
      content: 'about somebody',
      subject: 'client-7',
      features: { rsi: 0.25 },
    }),
  ] as const
  for (const { event, position } of kept) at.set(`${event.kind}s`, position)
  await bus.caughtUp(60_000)
}, 120_000)
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

test.each(['fills', 'decisions', 'observations'])(
  'a row of %s says what its event says',
  async (table) => {
    const { topic, partition, offset } = at.get(table)!
    const query = `SELECT * EXCEPT _appended_at FROM ${table} WHERE _partition = ${partition} AND _offset = ${offset}`
    const { data } = await owner.call('sql', { swarm: SWARM, body: { query } })
    const claim = `row:${table}/${topic}/${partition}/${offset}`
    const { data: pack } = await owner.call('explain', { swarm: SWARM, claim })
    const value = recompute(pack).value as Record<string, unknown>
    const names = data.columns.map(({ name }) => name)
    expect(names.toSorted()).toEqual(Object.keys(value).toSorted())
    expect(data.rows).toHaveLength(1)
    const stored = data.columns.map(({ name, type }, index) => [
      name,
      comparable(type, data.rows[0]![index]),
    ])
    const said = data.columns.map(({ name, type }) => [name, comparable(type, value[name])])
    expect(stored).toEqual(said)
  },
)

const textOf = (value: unknown): string => `${value as string | number | bigint}`

/** Times as microseconds, decimals by value, whole numbers as texts: as a reader of either would take them. */
function comparable(type: string, value: unknown): unknown {
  if (value === null) return null
  if (type.includes('DateTime64') && typeof value === 'string')
    return microsOf(`${value.replace(' ', 'T').replace(/Z$/, '')}Z`)
  if (type.includes('Decimal')) return parseDecimal(textOf(value))
  return /^(Nullable\()?U?Int/.test(type) ? textOf(value) : value
}
