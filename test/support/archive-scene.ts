import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { manualClock, type ManualClock } from '@waggle/base'
import { Archive, openLocalStore, type ObjectStore } from '@waggle/archive'
import { createCodec, type Codec } from '@waggle/codec'
import { cloudEventHeaders, createEmitter, type Emitter } from '@waggle/emit'
import { DEAD_LETTER_TOPIC, PARTITIONS, type TopicPartition } from '@waggle/event'
import { partitionsOf, type EventLog, type LogRecord } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'

export const DAY = 86_400_000_000
export const FIRST_DAY = Date.UTC(2026, 0, 1) * 1000

export interface ArchiveScene {
  readonly folder: string
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: ManualClock
  readonly store: ObjectStore
  emitter(agent: string, session?: string): Emitter
  archive(): Promise<Archive>
}

/** An LMDB log and an empty archive beside it, at the beginning of 2026. */
export async function archiveScene(): Promise<ArchiveScene> {
  const folder = await temporaryFolder()
  const clock = manualClock(FIRST_DAY)
  const log = await openLmdbLog({ path: join(folder, 'log'), topics: PARTITIONS, clock })
  onTestFinished(() => log.close())
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const store = openLocalStore(join(folder, 'archive'))
  return {
    folder,
    log,
    codec,
    clock,
    store,
    emitter: (agent, session = `session-${agent}`) =>
      createEmitter({
        log,
        codec,
        clock,
        swarm: 'bees',
        agent,
        session,
        headers: cloudEventHeaders,
      }),
    archive: () => Archive.open(store),
  }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waggle-archive-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** An empty log for what was lost. */
export async function emptyLog(clock: ManualClock): Promise<EventLog> {
  const path = join(await temporaryFolder(), 'log')
  const log = await openLmdbLog({ path, topics: PARTITIONS, clock })
  onTestFinished(() => log.close())
  return log
}

/**
 * Some days of a swarm: proposals, votes and ticks share partitions; a vote comes twice, another is late; somebody
 * writes garbage, which a dead letter keeps.
 */
export async function liveSomeDays(scene: ArchiveScene, days: number): Promise<void> {
  const { log, clock } = scene
  const queen = scene.emitter('queen')
  const worker = scene.emitter('worker')
  for (let day = 0; day < days; day++) {
    clock.set(FIRST_DAY + day * DAY)
    for (let hour = 0; hour < 4; hour++) {
      clock.advance(DAY / 5)
      const proposal = `p-${day}-${hour}`
      const choice = hour % 2 === 0 ? 'yes' : 'no'
      await queen.emitAll([
        {
          kind: 'observation',
          domain: 'nectar',
          source: 'test',
          content: `day ${day}, hour ${hour}: plenty, $id`,
        },
        { kind: 'vote', proposal, choice, confidence: 0.5 },
        { kind: 'vote', proposal, choice, confidence: 0.75, trajectory: `t-${day}` },
      ])
      const { position } = await worker.emit({
        kind: 'vote',
        proposal,
        choice: 'late',
        confidence: 1,
        occurred_at: clock.now() - DAY,
        known_at: clock.now() - DAY,
      })
      const [vote] = await log.read(position, 1)
      const at = { topic: position.topic, partition: position.partition, key: vote!.key }
      await log.append([
        { ...at, value: vote!.value, headers: vote!.headers },
        { ...at, value: Buffer.from(`garbage ${day} $id`), headers: { note: 'costs $5, $id' } },
        { topic: DEAD_LETTER_TOPIC, key: 'k', value: Buffer.from([0, 1, 2, day, hour]) },
      ])
    }
  }
}

export interface PlainRecord extends Omit<LogRecord, 'value'> {
  readonly value: string
}

/** Everything a log gives, as plain values that can be compared. */
export async function everything(
  log: EventLog,
  step = 7,
  partitions: readonly TopicPartition[] = partitionsOf(log, Object.keys(log.topics)),
): Promise<PlainRecord[]> {
  const all: PlainRecord[] = []
  for (const at of partitions) {
    const [end] = await log.ends([at])
    for (let next = 0n; next < end!.offset;) {
      const records = await log.read({ ...at, offset: next }, step)
      all.push(...records.map(plain))
      next = records.at(-1)!.offset + 1n
    }
  }
  return all
}

export function plain(record: LogRecord): PlainRecord {
  const { topic, partition, offset, key, headers, appendedAt, value } = record
  return { topic, partition, offset, key, headers, appendedAt, value: value.toString('base64') }
}
