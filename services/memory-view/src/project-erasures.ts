import { createHash } from 'node:crypto'
import { knownEventOf, type Checkpoint, type KnownEvent, type Projection } from '@waggle/consume'
import {
  derivedId,
  eventId,
  validateEvent,
  type Erasure,
  type Position,
  type WaggleEvent,
} from '@waggle/event'
import type { Vault } from '@waggle/vault'
import { COORDINATOR, type ResultPublisher } from '@waggle/view-coordination'

export const COMPENSATION_TOPIC = 'waggle.compensations.v1'

/** Something beside the views that keeps what it read in plain text, such as a snapshot of vectors. */
export interface Forgetter {
  readonly name: string
  /** Drops what it holds of a subject, durably; how many items that were, 0 where nothing was left. */
  forget(swarm: string, subject: string): Promise<number>
}

export interface ErasureOptions {
  readonly vault: Pick<Vault, 'destroy'>
  readonly publisher: ResultPublisher
  /** Resolves once the memory view has applied this position. */
  readonly dropped: (position: Position) => Promise<void>
  readonly forgetters: readonly Forgetter[]
}

/**
 * Does what erasures ask for, in the order of the log, and says so in the log:
 *
 *   REQUESTED -> key destroyed -> dropped by the memory view -> forgotten elsewhere -> COMPLETED
 *
 * Every step may be done again, so a crash or a failure between them begins the request anew, and every life of the
 * process begins with the first request: a key or a snapshot that a backup brought back goes again. The receipt's
 * number is that of the request in the partition, so it is said once, whoever says it.
 *
 * Only live requests count: keys belong to a swarm, and a backtest must not destroy what is live.
 */
export function createErasureProjection(options: ErasureOptions): Projection {
  const checkpoints = new Map<number, Checkpoint>()
  let done: Erasure[] = []
  return {
    name: 'eraser',
    version: 1,
    topics: [COMPENSATION_TOPIC],
    checkpoints: async () => [...checkpoints.values()],
    apply: async ({ topic, partition, nextOffset, events, admission }) => {
      const applied = checkpoints.get(partition)?.nextOffset ?? 0n
      if (nextOffset <= applied) return
      const receipts: Erasure[] = []
      for (const { record, ...admitted } of events) {
        if (record.offset < applied || admitted.writer.kind !== 'erasure') continue
        const known = knownEventOf({ record, ...admitted })
        const request = requestIn(known.event)
        if (request === undefined) continue
        receipts.push(await erase(options, known, request, [...done, ...receipts]))
      }
      await options.publisher.publish(receipts)
      done.push(...receipts)
      checkpoints.set(partition, { topic, partition, nextOffset, admission })
    },
    reset: async () => {
      done = []
      checkpoints.clear()
    },
    // What was found to drop may differ between two lives of a process; what was asked for does not.
    digest: async () => {
      const names = done.map(({ id, swarm, erased }) => [id, swarm, erased])
      return createHash('sha256').update(JSON.stringify(names)).digest('hex')
    },
  }
}

function requestIn(event: WaggleEvent): Erasure | undefined {
  const isRequest = event.kind === 'erasure' && event.step === 'REQUESTED' && event.run === null
  return isRequest ? event : undefined
}

async function erase(
  { vault, dropped, forgetters }: ErasureOptions,
  { position, knownFrom }: KnownEvent,
  { id, swarm, trajectory, erased, reason }: Erasure,
  before: readonly Erasure[],
): Promise<Erasure> {
  const fingerprint = await vault.destroy(swarm, erased)
  await dropped(position)
  const forgotten: Record<string, number> = {}
  for (const { name, forget } of forgetters) forgotten[name] = await forget(swarm, erased)
  const session = derivedId(`eraser/${COMPENSATION_TOPIC}`)
  const seq = before.length + 1
  const repeated = before.some((other) => other.swarm === swarm && other.erased === erased)
  return validateEvent<Erasure>({
    kind: 'erasure',
    id: eventId(session, seq, knownFrom),
    swarm,
    agent: COORDINATOR,
    session,
    seq,
    occurred_at: knownFrom,
    known_at: knownFrom,
    trajectory,
    cause: id,
    erased,
    step: 'COMPLETED',
    reason,
    key_fingerprint: fingerprint ?? '',
    details: JSON.stringify({
      key: fingerprint === undefined ? 'none' : 'destroyed',
      repeated,
      forgotten,
    }),
  })
}
