import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { eventId, PARTITIONS, partitionKeyOf, topicOf, type Signal } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { createTrajectoryProjection, ReplaySession, replayKnown, replayTerm } from '@waggle/replay'
import { openLmdbIndexStore } from '@waggle/replay/lmdb'
import { interleaved, line, show, verify } from './measure.ts'

const AGENTS = 1000
/** Events of an agent in a row, as a step of it brings them. */
const BURST = 20
const SWARM = 'bench'
const LOOK_EVENTS = 100_000

/**
 * One agent's events out of a whole log: `WAGGLE_BENCH_EVENTS` of them (10 million make the figure of the issue),
 * kept in `WAGGLE_BENCH_DIR` where that is given, since making them takes minutes. The memory of a replay is that of the
 * process, which has made the log too: for the replay's own, run it again over the log that was kept.
 */
export async function benchTrajectory(): Promise<string[]> {
  const events = Number(process.env['WAGGLE_BENCH_EVENTS'] ?? 500_000)
  const kept = process.env['WAGGLE_BENCH_DIR']
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const isNew = !existsSync(join(folder, 'log'))
  const clock = systemClock()
  const log = await openLmdbLog({ path: join(folder, 'log'), topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  if (isNew) await fill(log, codec, events)
  const store = openLmdbIndexStore(join(folder, 'index'))
  const projection = createTrajectoryProjection({ store, log })
  const runner = createRunner({ log, codec, clock, projection, logger: silentLogger })
  const start = performance.now()
  await runner.start()
  await runner.caughtUp(3_600_000)
  await runner.stop()
  const indexing = performance.now() - start
  const source = { log, codec, swarm: SWARM, run: null }
  const ofAgent = async (agent: string): Promise<number> => {
    const from = performance.now()
    let found = 0
    for await (const batch of replayTerm({ ...source, index: projection.index }, { agent }))
      found += batch.filter(({ event }) => event.agent === agent).length
    verify(found === events / AGENTS, `an agent has ${events / AGENTS} events, found ${found}`)
    return performance.now() - from
  }
  const millis: number[] = []
  for (let i = 0; i < 20; i++) millis.push(await ofAgent(`agent-${(i * 37) % AGENTS}`))
  const memory = new MemoryWatch()
  const judged = { ...source, judgments: projection.index }
  const session = (): Promise<ReplaySession> =>
    ReplaySession.open({
      ...judged,
      index: projection.index,
      query: { swarm: SWARM, run: null },
      clock,
    })
  const ways = {
    'whole swarm, decoded': async function* () {
      for await (const batch of replayKnown(judged)) yield batch.events().length
    },
    'whole swarm, order and routing fields': async function* () {
      for await (const { length } of replayKnown(judged)) yield length
    },
    'whole swarm, session in batches': async function* () {
      for await (const { length } of (await session()).batches()) yield length
    },
    'whole swarm, session event by event': async function* () {
      for await (const { event } of (await session()).events()) yield event.seq > 0 ? 1 : 0
    },
  }
  const samples = await interleaved(
    2,
    Object.entries(ways).map(([name, counts]) => ({
      name,
      run: async (): Promise<number> => {
        const from = performance.now()
        let [found, seen] = [0, 0]
        for await (const count of counts()) {
          found += count
          if (found < seen) continue
          memory.look()
          seen = found + LOOK_EVENTS
        }
        verify(found === events, `all events are replayed, got ${found}`)
        return (events / (performance.now() - from)) * 1000
      },
    })),
  )
  await store.close()
  await log.close()
  if (kept === undefined) rmSync(folder, { recursive: true })
  return [
    `${show(events)} signals of ${AGENTS} agents, ${BURST} of one in a row, in the LMDB log, warm; load ${loadavg()[0]!.toFixed(1)}`,
    ...(isNew ? [`  indexed at ${show((events / indexing) * 1000)} events/s`] : []),
    line(`one agent (${show(events / AGENTS)} events), decoded`, millis, 'ms'),
    ...[...samples].map(([name, values]) => line(name, values, 'events/s')),
    `  most memory while replaying: ${memory.most()}`,
  ]
}

/** The most that the process had resident at once, and what that was made of. */
class MemoryWatch {
  #resident = 0
  #parts = ''

  look(): void {
    const resident = statusOf('VmRSS')
    if (resident <= this.#resident) return
    this.#resident = resident
    this.#parts = `${show(statusOf('RssAnon'))} of its own, ${show(statusOf('RssFile'))} mapped from files`
  }

  most(): string {
    return `RSS ${show(this.#resident)} MiB: ${this.#parts}`
  }
}

/** MiB of a line of Linux's process status; 0 elsewhere. */
function statusOf(name: string): number {
  const path = '/proc/self/status'
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024
}

async function fill(log: EventLog, codec: Codec, events: number): Promise<void> {
  const seqs = new Float64Array(AGENTS)
  let next = 0
  const one = (): Signal => {
    const index = Math.floor(next++ / BURST) % AGENTS
    const session = `session-${index}`
    const seq = ++seqs[index]!
    const now = 1_600_000_000_000_000 + next * 10
    return {
      kind: 'signal',
      id: eventId(session, seq, now),
      swarm: SWARM,
      agent: `agent-${index}`,
      session,
      seq,
      occurred_at: now,
      known_at: now,
      trajectory: `t-${Math.floor(next / 200)}`,
      ...REST,
    }
  }
  while (next < events) {
    const batch = Array.from({ length: Math.min(2000, events - next) }, one)
    await log.append(
      batch.map((event) => ({
        topic: topicOf(event.kind),
        key: partitionKeyOf(event),
        value: codec.encode(event),
      })),
    )
  }
}

const REST = {
  cause: null,
  run: null,
  subject: null,
  model_id: null,
  model_version: null,
  model_cutoff: null,
  domain: 'trend',
  severity: 'LOW',
  confidence: 0.5,
  targets: [] as string[],
  instrument: null,
  strength: 1,
  recommended_action: '',
  message: '',
  ttl_ms: 60_000,
  dedupe_key: null,
  escalate_after_ms: null,
  escalate_to: [] as string[],
} as const
