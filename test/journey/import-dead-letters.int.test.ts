import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { readDeadLetters } from '@waggle/consume'
import { importFile, parseKnownRule, type Format, type ImportResult } from '@waggle/ingest'
import { replay } from '@waggle/replay'
import { createDeadLetterFeed } from '@waggle/view-analytics'
import { analyticsScene } from '../support/analytics-scene.ts'
import { archiveScene, everything, type ArchiveScene } from '../support/archive-scene.ts'

const HEAD = 'time,instrument,price,quantity,side'
const good = (second: number): string =>
  `2025-01-01T00:00:${String(second).padStart(2, '0')}Z,SPX,1.5,2,buy`

interface Letter {
  readonly line: number
  readonly piece: number
  readonly reason: string
  readonly bytes: Buffer
}

async function imported(
  scene: ArchiveScene,
  content: Uint8Array | string,
  format: Format = 'csv',
): Promise<ImportResult> {
  const path = join(scene.folder, `trades.${format}`)
  await writeFile(path, content)
  const known = parseKnownRule('close')
  const spec = {
    kind: 'trade',
    columns: {},
    constants: {},
    zone: 'UTC',
    known,
    label: 'open',
  } as const
  const where = { swarm: 'bees', agent: 'import' }
  return importFile({ ...scene, ...where, path, format, spec, onBadRow: () => {} })
}

async function lettersOf({ log }: ArchiveScene): Promise<Letter[]> {
  const letters: Letter[] = []
  for await (const { headers, value } of readDeadLetters(log)) {
    expect(headers['dlq-stage']).toBe('import')
    expect(headers['source-file']).toMatch(/^trades\./)
    letters.push({
      line: Number(headers['source-line']),
      piece: Number(headers['dlq-partition']),
      reason: headers['dlq-reason']!,
      bytes: value,
    })
  }
  return letters
}

const badLines = (letters: readonly Letter[]): [number, string][] =>
  letters.map(({ line, bytes }) => [line, bytes.toString('latin1')])

describe('a row that is no event becomes a dead letter', () => {
  it('of CSV: with its line, its reason and its bytes, once however often the file is imported', async () => {
    const scene = await archiveScene()
    const broken = Buffer.from([...Buffer.from(`${good(3)},`), 0xff, 0xc3, 0x28])
    const wrongType = '2025-01-01T00:00:04Z,SPX,cheap,2,buy'
    const stray = '2025-01-01T00:00:05Z,"SPX,1.5,2,buy'
    const doubled = `${good(6)},more`
    const lines = [
      HEAD,
      good(1),
      broken,
      wrongType,
      good(2),
      stray,
      good(3),
      doubled,
      doubled,
      good(4),
    ]
    const file = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\r\n')]))
    expect(await imported(scene, file)).toMatchObject({ imported: 4, bad: 5 })
    const letters = await lettersOf(scene)
    expect(badLines(letters)).toEqual([
      [3, `${broken.toString('latin1')}\r`],
      [4, `${wrongType}\r`],
      [6, `${stray}\r`],
      [8, `${doubled}\r`],
      [9, `${doubled}\r`],
    ])
    expect(letters.map(({ reason }) => reason.split('. ')[0])).toEqual([
      'line 3: the row is not UTF-8',
      'line 4: price: "cheap" is no number',
      'line 6: its quotes do not enclose fields',
      'line 8: 6 fields under 5 columns',
      'line 9: 6 fields under 5 columns',
    ])
    const before = await everything(scene.log)
    expect(await imported(scene, file)).toMatchObject({ imported: 0, repeated: 4, bad: 5 })
    expect(await everything(scene.log)).toEqual(before)
  })

  it('of JSON lines: what is no object, of wrong types, or longer than any event', async () => {
    const scene = await archiveScene()
    const row = { time: '2025-01-01T00:00:01Z', instrument: 'SPX', price: '1.5', quantity: 2 }
    const long = JSON.stringify({ ...row, note: 'x'.repeat(2_500_000) })
    const wide = JSON.stringify({ ...row, instrument: 'x'.repeat(700_000) })
    const lines = [row, [row], { ...row, price: { of: 1 } }, { ...row, time: 7 }].map((line) =>
      JSON.stringify(line),
    )
    const file = [...lines, long, '{"time":', wide, JSON.stringify({ ...row, price: 2 })].join('\n')
    expect(await imported(scene, file, 'jsonl')).toMatchObject({ imported: 2, bad: 6 })
    const letters = await lettersOf(scene)
    expect(letters.map(({ line, piece }) => [line, piece])).toEqual([
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [5, 1],
      [5, 2],
      [6, 0],
      [7, 0],
    ])
    const pieces = letters.filter(({ line }) => line === 5).map(({ bytes }) => bytes)
    expect(Buffer.concat(pieces).toString()).toBe(long)
    expect(letters.at(-1)!.bytes.toString()).toBe(wide)
    expect(letters.every(({ reason }) => reason.length <= 1000)).toBe(true)
    const before = await everything(scene.log)
    await imported(scene, file, 'jsonl')
    expect(await everything(scene.log)).toEqual(before)
  })

  it('of Parquet: with its cells, bytes that are no text among them', async () => {
    const scene = await archiveScene()
    const writer = new ByteWriter()
    const bytes = (text: string): Uint8Array => Buffer.from(text)
    const names = [bytes('SPX'), bytes('SPX'), Buffer.from([0xff, 0xfe]), bytes('SPX')]
    void parquetWrite({
      writer,
      columnData: [
        { name: 'time', data: [1n, 2n, 3n, 4n].map((n) => n * 1_000_000n) },
        { name: 'instrument', data: names },
        { name: 'price', data: [1.5, Number.NaN, 1.5, 2] },
        { name: 'quantity', data: [1n, 2n, 3n, 4n] },
      ],
      schema: [
        { name: 'root', num_children: 4 },
        { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
        { name: 'instrument', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
        { name: 'price', type: 'DOUBLE' },
        { name: 'quantity', type: 'INT64' },
      ],
    })
    const file = new Uint8Array(writer.getBytes())
    expect(await imported(scene, file, 'parquet')).toMatchObject({ imported: 2, bad: 2 })
    const letters = await lettersOf(scene)
    expect(letters.map(({ line, bytes: cells }) => [line, JSON.parse(cells.toString())])).toEqual([
      [2, { time: 2_000_000, instrument: 'SPX', price: null, quantity: '2' }],
      [3, { time: 3_000_000, instrument: 'fffe', price: 1.5, quantity: '3' }],
    ])
    const before = await everything(scene.log)
    await imported(scene, file, 'parquet')
    expect(await everything(scene.log)).toEqual(before)
  })

  it('and a clock that goes backwards is none: the row is late', async () => {
    const scene = await archiveScene()
    const file = [HEAD, good(9), good(1), good(9)].join('\n')
    expect(await imported(scene, file)).toMatchObject({ imported: 3, bad: 0 })
    const late: boolean[] = []
    for await (const event of replay({ ...scene, run: null })) late.push(event.late)
    expect(late).toEqual([false, true, false])
    expect(await lettersOf(scene)).toEqual([])
  })

  it('and is seen in ClickHouse', async () => {
    const scene = await archiveScene()
    const analytics = await analyticsScene()
    try {
      const { session } = await imported(scene, [HEAD, good(1), 'nonsense'].join('\n'))
      const feed = createDeadLetterFeed({ ...scene, ...analytics, logger: silentLogger })
      await feed.start()
      await feed.caughtUp(60_000)
      await feed.stop()
      const query =
        'SELECT topic, toInt32(offset) AS line, stage, code, reason, bytes FROM dead_letters FINAL'
      expect(await analytics.store.rows(query)).toEqual([
        {
          topic: `import/${session}`,
          line: 3,
          stage: 'import',
          code: 'INPUT_INVALID',
          reason: expect.stringContaining('line 3: 1 fields under 5 columns') as string,
          bytes: 'nonsense',
        },
      ])
    } finally {
      await analytics.close()
    }
  })
})
