import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { createFileSnapshots, createRunner, withSnapshots } from '@waggle/consume'
import { createMemoryProjection, memoryAsOf } from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { START } from '../support/memory-bus.ts'
import { line, show, verify } from './measure.ts'
import { closed, filledLog, mixed } from './memory.ts'

const DAY = 86_400_000_000
const PAST = 7
/** As a bus keeps its past. */
const [EVERY_RECORDS, MOST] = [16_384, 32]

/**
 * How soon memory is there, and a past state of it, with snapshots and without, over `WAGGLE_BENCH_EVENTS` mixed events of
 * a day (a million if left out), of which a tenth is found by its text. Times of the processor stand beside those of the
 * clock: on a machine that others use, the clock counts them in.
 */
export async function benchMemorySnapshots(): Promise<string[]> {
  const events = Number(process.env['WAGGLE_BENCH_EVENTS'] ?? 1_000_000)
  const filled = await filledLog(mixed, events)
  const { log, codec } = filled
  const source = { log, codec, clock: systemClock(), logger: silentLogger }
  const folder = join(filled.folder, 'snapshots')
  const snapshots = createFileSnapshots({ folder, most: MOST, ...source })
  const embedder = createLexicalEmbedder()
  const openIndex = () => createRecallIndex({ embedder })
  const timed = async (work: () => Promise<void>): Promise<number> => {
    const from = performance.now()
    await work()
    return performance.now() - from
  }

  const digests = new Set<string>()
  const start = async (from: 'log' | 'snapshot'): Promise<[millis: number, written: number]> => {
    const plain = createMemoryProjection({ openIndex })
    const kept = { snapshots, logger: silentLogger }
    const projection = from === 'log' ? plain : withSnapshots(plain, kept)
    const runner = createRunner({ ...source, projection })
    const millis = await timed(async () => {
      await runner.start()
      await runner.caughtUp(3_600_000)
    })
    await runner.stop()
    digests.add(await projection.digest())
    const save = async (): Promise<void> => void (await snapshots.save(plain))
    return [millis, from === 'log' ? await timed(save) : 0]
  }
  const [fromLog, written] = await start('log')
  const begun = [(await start('snapshot'))[0], (await start('snapshot'))[0]]
  verify(digests.size === 1, 'memory from a snapshot is memory from the log')

  const told = new Map<number, Set<string>>()
  const cpu: number[] = []
  const recalled: number[] = []
  const ask = async (asOf: number, isKept: boolean): Promise<number> => {
    const kept = isKept ? { snapshots, everyRecords: EVERY_RECORDS } : {}
    const before = process.cpuUsage()
    let recall = async (): Promise<void> => {}
    const millis = await timed(async () => {
      const { view } = await memoryAsOf({ ...source, run: null, asOf, openIndex, ...kept })
      recall = async () => {
        await view.recall({ swarm: 'bench', run: null }, { text: 'gold in case 7', limit: 10 })
      }
      const figures = view.storage({ swarm: 'bench', run: null })
      const tiers = figures === undefined ? [] : Object.values(figures.tiers)
      const counts = JSON.stringify(tiers.map(({ memories }) => memories))
      told.set(asOf, (told.get(asOf) ?? new Set()).add(counts))
    })
    const { user, system } = process.cpuUsage(before)
    cpu.push((user + system) / 1000)
    recalled.push(await timed(recall))
    return millis
  }
  const first = await ask(START + DAY, true)
  const random = seededRandom(1)
  const times = Array.from({ length: PAST }, () => START + Math.floor(random.next() * DAY))
  const past: number[] = []
  // The first of a gap puts it away on the way; from then on it is near.
  for (const at of times) await ask(at, true)
  cpu.length = recalled.length = 0
  for (const at of times) past.push(await ask(at, true))
  const [pastCpu, pastRecalled] = [[...cpu], [...recalled]]
  const fromStart = await ask(times[0]!, false)
  verify(told.get(times[0]!)!.size === 1, 'the past from a snapshot is the past from the log')

  const sizes = ['memory', 'memory-past'].flatMap((view) =>
    readdirSync(join(folder, view)).map((name) => statSync(join(folder, view, name)).size),
  )
  await closed(filled)
  return [
    `${show(events)} mixed events of a day in the LMDB log; memory with recall, past states at least ${show(EVERY_RECORDS)} records apart`,
    `  ${sizes.length} snapshots of ${show(Math.max(...sizes) / 2 ** 20)} MiB at most`,
    line('write one, durable', [written], 'ms'),
    line('memory starts, from its snapshot', begun, 'ms'),
    line('memory starts, from the log', [fromLog], 'ms'),
    line('the first past state, put away on the way', [first], 'ms'),
    line('any past state after it', past, 'ms'),
    line('  of the processor', pastCpu, 'ms'),
    line('  the first recall from it', pastRecalled, 'ms'),
    line('one of them, from the log', [fromStart], 'ms'),
  ]
}
