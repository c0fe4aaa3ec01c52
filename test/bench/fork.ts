import { silentLogger } from '@waggle/base'
import { eventId, type Decision } from '@waggle/event'
import { createRunLog, fork, openFork, replayFork, rootLineage, type ForkPoint } from '@waggle/fork'
import { replayBatches } from '@waggle/replay'
import { NO_CONTEXT } from '../support/no-context.ts'
import { filledLog } from './filled-log.ts'
import { line, show, verify } from './measure.ts'

const SWARM = 'bench'
const AGENTS = 100
const START = Date.UTC(2020, 0, 1) * 1000
/** What is replayed behind the fork point. */
const BEHIND = 100_000
const ROUNDS = 3

/** A fork of a run of `WAGGLE_BENCH_EVENTS` decisions on LMDB: how soon it stands, and how fast it replays. */
export async function benchFork(): Promise<string[]> {
  const events = Number(process.env['WAGGLE_BENCH_EVENTS'] ?? 1_000_000)
  const { log, codec, clock, dispose } = await filledLog(events, decisionOf)
  const bus = { log, codec, clock }
  const at = START + events - BEHIND - 1
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const from = performance.now()
    await work()
    return performance.now() - from
  }
  const make = (run: string, from: ForkPoint) =>
    fork({ bus, swarm: SWARM, parent: null, run, from })
  const [byPositions, byTime, views, carrying, plain, through]: number[][] = [
    [],
    [],
    [],
    [],
    [],
    [],
  ]
  for (let round = 0; round < ROUNDS; round++) {
    const positions = await log.ends(
      [0, 1, 2, 3].map((partition) => ({ topic: 'waggle.decisions.v1', partition })),
    )
    byPositions!.push(await timed(() => make(`fork:p${round}`, { positions })))
    byTime!.push(await timed(() => make(`fork:t${round}`, { at })))
    const forked = await make(`fork:t${round}`, { at })
    const opening = performance.now()
    const opened = await openFork(forked, { ...bus, logger: silentLogger })
    await opened.caughtUp(600_000)
    views!.push(performance.now() - opening)
    let carried = 0
    const took = await timed(async () => {
      ;({ carried } = await replayFork(opened, { log, codec }))
    })
    verify(carried === BEHIND, `${BEHIND} steps are taken over, ${carried} were`)
    carrying!.push((carried / took) * 1000)
    await opened.stop()
    for (const [samples, source] of [
      [plain!, log],
      [through!, createRunLog({ log, lineage: rootLineage(SWARM, null) })],
    ] as const) {
      let found = 0
      const ms = await timed(async () => {
        for await (const batch of replayBatches({ log: source, codec, swarm: SWARM, run: null }))
          found += batch.length
      })
      verify(found === events, `the run has ${events} events, replayed ${found}`)
      samples.push((found / ms) * 1000)
    }
  }
  await dispose()
  return [
    `fork of ${show(events)} decisions on LMDB, ${show(BEHIND)} of them behind the fork point; log durable`,
    line('fork by positions stands', byPositions!, 'ms'),
    line('fork by time stands', byTime!, 'ms'),
    line('its hot view and coordination know it all', views!, 'ms'),
    line('replay of the fork, said again and durable', carrying!, 'events/s'),
    line('reading a run through a fork, decoded', through!, 'events/s'),
    line('the same without one', plain!, 'events/s'),
  ]
}

function decisionOf(number: number): Decision {
  const agent = `agent-${number % AGENTS}`
  const seq = Math.floor(number / AGENTS) + 1
  const known = START + number
  return {
    kind: 'decision',
    id: eventId(agent, seq, known),
    swarm: SWARM,
    agent,
    session: agent,
    seq,
    occurred_at: known,
    known_at: known,
    ...NO_CONTEXT,
    trajectory: `t-${number}`,
    action: 'HOLD',
    instrument: 'SPX',
    context: '',
    inputs: [],
    reasoning: 'nothing has changed',
    alternatives: [],
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
}
