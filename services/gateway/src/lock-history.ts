import type { LockResult, Position } from '@waggle/event'
import { COORDINATOR } from '@waggle/view-coordination'
import type { GatewayBus } from './gateway-bus.ts'
import { placeOf, positionAt } from './place-of.ts'
import type { ReadScope } from './read-scope.ts'

const TOPIC = 'waggle.lock-results.v1'
const WINDOW = 1024
/** Records looked at for one answer at most: older steps of a lock that is rarely used stay unsaid. */
const LOOKED_MOST = 65_536

export interface LockStep {
  readonly result: LockResult
  readonly position: Position
}

/** The newest steps in the life of a lock, newest last, from the results in the log. */
export async function lockHistory(
  { log, codec }: Pick<GatewayBus, 'log' | 'codec'>,
  scope: Pick<ReadScope, 'swarm' | 'run' | 'asOf'>,
  resource: string,
  limit: number,
): Promise<LockStep[]> {
  const at = placeOf(log, TOPIC, `${scope.swarm}/${resource}`)
  const end = (await log.ends([at]))[0]!.offset
  const known = knownBy(scope, at)
  const found: LockStep[] = []
  let upper = end < known.before ? end : known.before
  const least = upper > BigInt(LOOKED_MOST) ? upper - BigInt(LOOKED_MOST) : 0n
  while (upper > least && found.length < limit) {
    const lower = upper - BigInt(WINDOW) > least ? upper - BigInt(WINDOW) : least
    const records = await log.read(positionAt(at, lower), Number(upper - lower))
    for (const record of records.filter(({ offset }) => offset < upper).toReversed()) {
      const result = await codec.decode(record.value).catch(() => undefined)
      if (result?.kind !== 'lock_result' || result.agent !== COORDINATOR) continue
      const isOurs = result.swarm === scope.swarm && result.run === scope.run
      if (!isOurs || result.resource !== resource || result.known_at > known.at) continue
      if (found.length < limit) found.push({ result, position: positionAt(at, record.offset) })
    }
    upper = lower
  }
  return found.reverse()
}

/** What may be in the answer: known by a time, and before an offset. */
function knownBy(
  { asOf }: Pick<ReadScope, 'asOf'>,
  at: { readonly topic: string; readonly partition: number },
): { readonly at: number; readonly before: bigint } {
  const all = { at: Infinity, before: 2n ** 63n }
  if (asOf === undefined) return all
  if (typeof asOf === 'number') return { ...all, at: asOf }
  const cut = asOf.find(({ topic, partition }) => topic === at.topic && partition === at.partition)
  return { ...all, before: cut?.offset ?? 0n }
}
