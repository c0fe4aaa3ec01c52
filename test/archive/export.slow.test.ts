import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { formatDecimal, parseDecimal } from '@waggle/base'
import { runArchive, trimArchived } from '@waggle/archive'
import type { KnownEvent } from '@waggle/consume'
import { replay } from '@waggle/replay'
import { runWaggle } from '@waggle-services/cli'
import { archiveScene, DAY, FIRST_DAY, type ArchiveScene } from '../support/archive-scene.ts'
import { resolvePython } from '../support/python.ts'

const python = await resolvePython()
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const INSTRUMENTS = ['SPX', 'NDX', 'DAX']

/** Bars and trades of some instruments, many of them known at the same time, some of them late. */
async function liveMarkets({ clock, emitter }: ArchiveScene): Promise<void> {
  const feed = emitter('feed')
  for (let day = 0; day < 12; day++) {
    clock.set(FIRST_DAY + (day + 1) * DAY + day * 37 + 123)
    const late = day % 5 === 4 ? 2 * DAY : 0
    const at = { occurred_at: clock.now() - late - 1000, known_at: clock.now() - late }
    await feed.emitAll(
      INSTRUMENTS.flatMap((instrument, i) => {
        const [low, close, high] = [9, 10 + day / 8 + i, 20].map((price) =>
          parseDecimal(String(price))!,
        )
        const prices = {
          open: close!,
          high: high!,
          low: low!,
          close: close!,
          volume: 7_000_000_000n,
        }
        const paid = { price: close!, quantity: 1_500_000_000n, side: 'BUY' as const }
        return [
          { kind: 'bar' as const, ...at, instrument, interval: 'P1D', ...prices },
          { kind: 'trade' as const, ...at, instrument, ...paid, trade_id: `t${day}${i}` },
        ]
      }),
    )
  }
}

async function exported({ folder }: ArchiveScene, kind: string, format: string): Promise<string> {
  const path = join(folder, `${kind}.${format}`)
  const argv = ['export', '--kind', kind, '--format', format, '--out', path, '--data', folder]
  const place = ['--archive', join(folder, 'archive')]
  expect(await runWaggle([...argv, ...place], {}, { write: () => undefined })).toBe(0)
  return path
}

async function replayed({ log, codec }: ArchiveScene): Promise<KnownEvent[]> {
  const events: KnownEvent[] = []
  for await (const event of replay({ log, codec, run: null })) events.push(event)
  return events
}

describe.skipIf(python === undefined)('an export', () => {
  it(
    'has the same typed rows in Parquet and Arrow, also of what is only archived',
    { timeout: 300_000 },
    async () => {
      const scene = await archiveScene()
      await liveMarkets(scene)
      const events = (await replayed(scene)).filter(({ event }) => event.kind === 'bar')
      const archive = await scene.archive()
      const { log, codec } = scene
      await runArchive({ log, codec, archive, before: FIRST_DAY + 8 * DAY })
      await trimArchived(log, archive)
      await log.close()
      const files = [await exported(scene, 'bar', 'parquet'), await exported(scene, 'bar', 'arrow')]
      const [parquet, arrow, ...rows] = await python!.run(fileOf('./read-export.py'), files)
      expect(parquet).toBe(arrow)
      expect(rows.map((row) => row.split(' ').slice(0, 3))).toEqual(
        events.map(({ event, position }) => {
          const { instrument, close } = event as Extract<typeof event, { kind: 'bar' }>
          const [whole, fraction = ''] = formatDecimal(close).split('.')
          return [instrument, `${whole}.${fraction.padEnd(9, '0')}`, String(position.offset)]
        }),
      )
      const order = rows.map((row) => BigInt(row.split(' ')[3]!))
      expect(order).toEqual(order.toSorted((a, b) => (a < b ? -1 : 1)))
      expect(new Set(order).size).toBe(order.length)
    },
  )

  it(
    'is replayed by NautilusTrader from its catalog in our order and at our times',
    { timeout: 300_000 },
    async () => {
      const scene = await archiveScene()
      await liveMarkets(scene)
      const events = await replayed(scene)
      await scene.log.close()
      const files = [
        await exported(scene, 'bar', 'parquet'),
        await exported(scene, 'trade', 'parquet'),
      ]
      const script = fileOf('./nautilus-replay.py')
      const folders = [fileOf('../../examples/nautilus-trader'), join(scene.folder, 'catalog')]
      const lines = await python!.run(script, [...folders, ...files])
      const told = lines.map((line) => line.split(' '))
      for (const kind of ['bar', 'trade']) {
        const ours = events.filter(({ event }) => event.kind === kind)
        expect(told.filter(([of]) => of === kind).map(([, ...rest]) => rest.slice(0, 2))).toEqual(
          ours.map(({ event }) => [
            (event as { instrument: string }).instrument,
            `${event.occurred_at}000`,
          ]),
        )
      }
      const known = told.map(([, , , tsInit]) => BigInt(tsInit!) / 1000n)
      expect(known).toEqual(events.map(({ knownFrom }) => BigInt(knownFrom)))
      for (const [, , , tsInit, , clock] of told) expect(clock).toBe(tsInit)
    },
  )
})
