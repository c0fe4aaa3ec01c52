import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import type { Emitted } from '@waggle/emit'
import { EVENT_TOPICS, partitionName, positionText } from '@waggle/event'
import { openFork, type ForkBus, type ForkedRun } from '@waggle/fork'
import { partitionsOf, type EventLog, type LogRecord } from '@waggle/log'
import type { Vault } from '@waggle/vault'
import {
  createCoordinationProjection,
  createResultPublisher,
  type CoordinationView,
} from '@waggle/view-coordination'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'

export interface SmallSwarm extends MemoryBus {
  readonly coordination: CoordinationView
  /** Every result of what was appended before is in the log. */
  settle(): Promise<void>
  open(forked: ForkedRun): Promise<ForkBus>
  stop(): Promise<void>
}

export interface SmallSwarmOptions {
  readonly vault?: Vault
  /** The log takes what was said before once more, as Kafka does. */
  readonly takesRepeats?: boolean
}

/** A live run on the memory log with its coordinator, and forks of it. */
export async function smallSwarm(options: SmallSwarmOptions = {}): Promise<SmallSwarm> {
  const { vault, takesRepeats = false } = options
  const sealing = vault === undefined ? {} : { seal: vault.seal, vault }
  const given = await memoryBus(sealing)
  const bus = { ...given, ...(takesRepeats ? { log: withoutSessions(given.log) } : {}) }
  const projection = createCoordinationProjection(createResultPublisher(bus.log, bus.codec))
  const parts = { ...bus, ...sealing, logger: silentLogger }
  const runner = createRunner({ ...parts, projection })
  await runner.start()
  const forks: ForkBus[] = []
  return {
    ...bus,
    coordination: projection.view,
    settle: () => runner.caughtUp(10_000),
    open: async (forked) => {
      const opened = await openFork(forked, parts)
      forks.push(opened)
      return opened
    },
    stop: async () => {
      for (const fork of forks) await fork.stop()
      await runner.stop()
      await bus.log.close()
    },
  }
}

function withoutSessions(log: EventLog): EventLog {
  return {
    ...log,
    supports: { ...log.supports, idempotentAppend: false },
    append: (records) => log.append(records.map(({ producer: _producer, ...record }) => record)),
  }
}

export const voters = ['ann', 'ben', 'cid'] as const

/** They join under sessions of their own, so that what they say later counts from 1. */
export async function joinAll(bus: MemoryBus): Promise<void> {
  for (const agent of voters)
    await bus
      .emitter(agent, { session: `join-${agent}` })
      .emit({ kind: 'agent', op: 'JOINED', role: agent })
}

/** A proposal of three equal voters, not voted on yet. */
export async function propose(bus: MemoryBus, proposal: string): Promise<Emitted> {
  return bus.emitter('ann', { session: `propose-${proposal}` }).emit({
    kind: 'proposal',
    proposal,
    question: 'Shall we?',
    electorate: voters.map((agent) => ({ agent, weight: 1 })),
    deadline_at: bus.clock.now() + 3_600_000_000,
  })
}

/** Every record of the log, to be said again in part. */
export async function recordsAsBytes({ log }: MemoryBus): Promise<LogRecord[]> {
  const ends = await log.ends(partitionsOf(log, EVENT_TOPICS))
  const records = ends.map((end) => log.read({ ...end, offset: 0n }, 100_000))
  return (await Promise.all(records)).flat()
}

/** Every record of the log as text, with where it stands: what an audit compares. */
export async function recordsOf({ log, codec }: MemoryBus): Promise<Map<string, string | null>> {
  const records = new Map<string, string | null>()
  for (const end of await log.ends(partitionsOf(log, EVENT_TOPICS))) {
    for (const record of await log.read({ ...end, offset: 0n }, 100_000)) {
      const { run } = await codec.decode(record.value)
      records.set(`${positionText(record)} ${record.value.toString('base64')}`, run)
    }
  }
  return records
}

export const endsOf = async ({ log }: MemoryBus): Promise<Map<string, bigint>> =>
  new Map(
    (await log.ends(partitionsOf(log, EVENT_TOPICS))).map((end) => [
      partitionName(end),
      end.offset,
    ]),
  )

export { SWARM }
