import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom, silentLogger } from '@waggle/base'
import { createFileSnapshots, createRunner, withSnapshots } from '@waggle/consume'
import { eventId, type Decision } from '@waggle/event'
import { hotAsOf, takeSnapshots } from '@waggle/replay'
import { createHotProjection } from '@waggle/view-hot'
import { NO_CONTEXT } from '../support/no-context.ts'
import { filledLog } from './filled-log.ts'
import { line, show, verify } from './measure.ts'

const AGENTS = 50
const START = 1_577_836_800_000_000
/** Microseconds from one event to the next. */
const STEP = 1000
const EVERY = 250_000
const SCOPE = { swarm: 'bench', run: null }

/**
 * How soon a past state and a service are there, with snapshots of the hot view and without, over
 * `WAGGLE_BENCH_EVENTS` decisions (10 million make the figure of the issue), kept in `WAGGLE_BENCH_DIR` if given.
 */
export async function benchSnapshots(): Promise<string[]> {
  const events = Number(process.env['WAGGLE_BENCH_EVENTS'] ?? 1_000_000)
  const kept = process.env['WAGGLE_BENCH_DIR']
  const { folder, log, codec, clock, dispose } = await filledLog(events, decisionOf, kept)
  const source = { log, codec, clock, logger: silentLogger }
  const snapshots = createFileSnapshots({ folder: join(folder, 'snapshots'), ...source })

  const timed = async (work: () => Promise<void>): Promise<number> => {
    const from = performance.now()
    await work()
    return performance.now() - from
  }
  const taking = await timed(async () => {
    await snapshots.drop('hot-view')
    const taken = await takeSnapshots(createHotProjection(), {
      ...source,
      snapshots,
      everyRecords: EVERY,
    })
    verify(taken === Math.ceil(events / EVERY), `a snapshot each ${EVERY} records, not ${taken}`)
  })
  const digests = new Set<string>()
  const startService = async (from: 'snapshot' | 'log'): Promise<number> => {
    const plain = createHotProjection()
    const projection =
      from === 'log' ? plain : withSnapshots(plain, { snapshots, logger: silentLogger })
    const runner = createRunner({ ...source, projection })
    const millis = await timed(async () => {
      await runner.start()
      await runner.caughtUp(3_600_000)
    })
    await runner.stop()
    digests.add(await projection.digest())
    return millis
  }
  const random = seededRandom(1)
  const past: number[] = []
  for (let i = 0; i < 15; i++) {
    const nth = Math.floor(random.next() * events)
    const asOf = START + nth * STEP
    past.push(
      await timed(async () => {
        const { view } = await hotAsOf({ ...source, run: null, asOf, snapshots })
        verify(
          view.recentDecisions(SCOPE, 1)[0]?.knownFrom === asOf,
          `the state as of event ${nth}`,
        )
      }),
    )
  }
  const withoutPast = await timed(async () => {
    const asOf = START + Math.floor(events / 2) * STEP
    await hotAsOf({ ...source, run: null, asOf })
  })
  const begun = [await startService('snapshot'), await startService('snapshot')]
  const whole = await startService('log')
  verify(digests.size === 1, 'the view from a snapshot is the view from the log')

  const one = createHotProjection()
  const loading = await timed(async () => void (await snapshots.restore(one)))
  const writing = await timed(async () => void (await snapshots.save(one)))
  const files = readdirSync(join(folder, 'snapshots', 'hot-view'))
  const bytes = files.map((name) => statSync(join(folder, 'snapshots', 'hot-view', name)).size)
  await dispose()
  return [
    `${show(events)} decisions of ${AGENTS} agents in the LMDB log; hot view, a snapshot each ${show(EVERY)} records`,
    `  snapshots of a whole log taken at ${show((events / taking) * 1000)} events/s; ${files.length} of ${show(Math.max(...bytes) / 1024)} KiB at most`,
    line('write one, durable', [writing], 'ms'),
    line('read one, checked against the log', [loading], 'ms'),
    line('any past state, from snapshots', past, 'ms'),
    line('the state in the middle, from the log', [withoutPast], 'ms'),
    line('a service starts, from its snapshot', begun, 'ms'),
    line('a service starts, from the log', [whole], 'ms'),
  ]
}

function decisionOf(number: number): Decision {
  const index = number % AGENTS
  const session = `session-${index}`
  const seq = Math.floor(number / AGENTS) + 1
  const now = START + number * STEP
  const id = eventId(session, seq, now)
  const times = { occurred_at: now, known_at: now }
  return { kind: 'decision', id, agent: `agent-${index}`, session, seq, ...times, ...REST }
}

const REST = {
  swarm: 'bench',
  ...NO_CONTEXT,
  action: 'LONG',
  instrument: null,
  context: '',
  inputs: [] as string[],
  reasoning: '',
  alternatives: [] as string[],
  confidence: 0.5,
  predicted_outcome: null,
  predicted_value: null,
  horizon_at: null,
  quantity: null,
  price: null,
  parent: null,
  proposal: null,
  lock_resource: null,
  fencing_token: null,
}
