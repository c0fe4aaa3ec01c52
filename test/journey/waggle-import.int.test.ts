import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { isoOf, parseDecimal } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { PARTITIONS } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { replay } from '@waggle/replay'
import { runWaggle } from '@waggle-services/cli'
import { archiveScene, everything, type ArchiveScene } from '../support/archive-scene.ts'

interface Imported {
  readonly code: number
  readonly text: string
  readonly events: readonly KnownEvent[]
  readonly records: number
}

async function importing(scene: ArchiveScene, ...argv: string[]): Promise<Imported> {
  await scene.log.close()
  let text = ''
  const data = ['--data', scene.folder, '--swarm', 'bees']
  const code = await runWaggle(
    ['import', ...data, ...argv],
    {},
    { write: (more) => (text += more) },
  )
  const log = await openLmdbLog({
    path: join(scene.folder, 'log'),
    topics: PARTITIONS,
    clock: scene.clock,
  })
  try {
    const events: KnownEvent[] = []
    for await (const event of replay({ log, codec: scene.codec, run: null })) events.push(event)
    return { code, text, events, records: (await everything(log)).length }
  } finally {
    await log.close()
  }
}

async function fileOf({ folder }: ArchiveScene, name: string, content: string | Uint8Array) {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const BARS = `Date,Open,High,Low,Close,Vol
2025-07-01,10,12,9,11,100
2025-07-02,11,13,10,oops,100
2025-07-03,11,10,12,11,100
2025-07-04,11,13,10.5,12.25,0.5
2025-07-05,1,2
2025-07-07,12,13,11,13,7
`
const OF_BARS =
  '--columns time=Date,open=Open,high=High,low=Low,close=Close,volume=Vol --set instrument=SPX --interval P1D'

describe('waggle import', () => {
  it('imports bars known after the session, names bad rows by line, and adds nothing twice', async () => {
    const scene = await archiveScene()
    const file = await fileOf(scene, 'bars.csv', BARS)
    const bad = join(scene.folder, 'bad.jsonl')
    const argv = ['--file', file, '--kind', 'bar', ...OF_BARS.split(' '), '--label', 'close']
    const rules = ['--known', 'session:16:00+15m', '--zone', 'America/New_York', '--bad-rows', bad]
    const first = await importing(scene, ...argv, ...rules)
    expect(first.code).toBe(1)
    expect(first.text).toContain('3 imported, 0 were there already, 3 bad')
    expect(first.text).toContain(`${file}:3: close: "oops" is no number`)
    const lines = (await readFile(bad, 'utf8')).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([3, 4, 6])
    expect(first.events.map(({ knownFrom }) => isoOf(knownFrom))).toEqual([
      '2025-07-01T20:15:00.000000Z',
      '2025-07-04T20:15:00.000000Z',
      '2025-07-07T20:15:00.000000Z',
    ])
    expect(first.events[1]!.event).toMatchObject({
      kind: 'bar',
      close: parseDecimal('12.25'),
      seq: 4,
    })

    const again = await importing(scene, ...argv, ...rules)
    expect(again.text).toContain('0 imported, 3 were there already, 3 bad')
    expect(again.records).toBe(first.records)
  })

  it('adds nothing twice where rows of many partitions alternate', async () => {
    const scene = await archiveScene()
    const rows = Array.from(
      { length: 3000 },
      (_, i) => `2025-01-01T00:00:${String(i % 60).padStart(2, '0')}Z,S${i % 7},1.5,${i},buy`,
    )
    const head = 'time,instrument,price,quantity,side'
    const file = await fileOf(scene, 'trades.csv', [head, ...rows].join('\n'))
    const argv = ['--file', file, '--kind', 'trade', '--known', 'close+5s', '--zone', 'UTC']
    const whole = await importing(scene, ...argv)
    expect(whole.code).toBe(0)
    const again = await importing(scene, ...argv)
    expect(again.text).toContain('0 imported, 3000 were there already, 0 bad')
    expect(again.events).toEqual(whole.events)
  })

  it('imports order books from Parquet, known when a column says so', async () => {
    const scene = await archiveScene()
    const writer = new ByteWriter()
    const at = BigInt(Date.UTC(2025, 0, 1) * 1000)
    void parquetWrite({
      writer,
      columnData: [
        { name: 'ts', data: [at, at + 1n] },
        { name: 'seen', data: [at + 10n, at + 5n] },
        { name: 'bids[0].price', data: [1.5, 1.25] },
        { name: 'bids[0].amount', data: [10, 20] },
        { name: 'asks[0].price', data: [2, 2.5] },
        { name: 'asks[0].amount', data: [1, 2] },
      ],
      schema: [
        { name: 'root', num_children: 6 },
        ...['ts', 'seen'].map(
          (name) => ({ name, type: 'INT64', converted_type: 'TIMESTAMP_MICROS' }) as const,
        ),
        ...['bids[0].price', 'bids[0].amount', 'asks[0].price', 'asks[0].amount'].map(
          (name) => ({ name, type: 'DOUBLE' }) as const,
        ),
      ],
    })
    const file = await fileOf(scene, 'books.parquet', writer.getBytes())
    const { code, events, text } = await importing(
      scene,
      ...`--kind order_book --known column:seen --zone UTC --columns time=ts --set instrument=BTC`.split(
        ' ',
      ),
      '--file',
      file,
    )
    expect(text).toContain('2 imported')
    expect(code).toBe(0)
    expect(events.map(({ knownFrom, late }) => [BigInt(knownFrom) - at, late])).toEqual([
      [10n, false],
      [10n, true],
    ])
    expect(events[0]!.event).toMatchObject({
      bids: [{ price: parseDecimal('1.5'), quantity: parseDecimal('10') }],
    })
  })

  it('imports decisions of another system from JSON lines', async () => {
    const scene = await archiveScene()
    const lines = [
      {
        at: '2025-01-01T10:00:00Z',
        what: 'BUY',
        confidence: 0.75,
        reasoning: 'cheap',
        price: '10.5',
      },
      { at: '2025-01-01T10:00:01Z', what: 'SELL', confidence: 'high' },
    ]
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"at":\n`
    const file = await fileOf(scene, 'decisions.jsonl', text)
    const argv = ['--file', file, '--kind', 'decision', '--known', 'close', '--zone', 'UTC']
    const result = await importing(
      scene,
      ...argv,
      '--columns',
      'time=at,action=what',
      '--agent',
      'old-system',
    )
    expect(result.text).toContain('1 imported, 0 were there already, 2 bad')
    expect(result.events[0]!.event).toMatchObject({
      agent: 'old-system',
      action: 'BUY',
      price: parseDecimal('10.5'),
    })
  })
})
