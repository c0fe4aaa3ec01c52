import type { LockResult } from '@waggle/event'
import { resultsInLog, scoped, type History } from './history.ts'
import { PERMITS } from './scenario.ts'

/**
 * One holder: by the results in the log, in their order, nobody is granted a resource before those released it or
 * lost it to their lease whom the modes do not let hold it as well: SHARED with SHARED only, EXCLUSIVE with as
 * many as there are permits. And the token of a grant is larger than that of every exclusive one before it.
 */
export function oneHolder(history: History): string[] {
  const locks = new Map<string, Lock>()
  return resultsInLog(history).flatMap(({ event }) => {
    if (event.kind !== 'lock_result') return []
    const name = scoped(event, event.resource)
    const lock = locks.get(name) ?? { holders: new Map(), newest: -1 }
    locks.set(name, lock)
    return take(lock, event).map((wrong) => `${name}: ${wrong}`)
  })
}

interface Lock {
  /** Agent and request -> what it was granted. */
  readonly holders: Map<string, LockResult>
  /** Largest token of an exclusive grant. */
  newest: number
}

function take(lock: Lock, result: LockResult): string[] {
  const { status, holder, request, mode, resource } = result
  const { holders } = lock
  const name = `${holder}/${request}`
  // A request given up while it waits is RELEASED too, without a token.
  if (status === 'EXPIRED' || (status === 'RELEASED' && result.token !== null)) holders.delete(name)
  if (status !== 'GRANTED' || holders.get(name)?.token === result.token) return []
  const permits = PERMITS[resource] ?? 1
  const wrong: string[] = []
  const others = [...holders].filter(
    ([, other]) => mode !== other.mode || (mode === 'EXCLUSIVE' && holders.size >= permits),
  )
  if (others.length > 0) wrong.push(`${name} and ${others.map(([other]) => other).join()} hold it`)
  const token = result.token!
  const isOld = permits === 1 ? token <= lock.newest : token < lock.newest
  if (isOld) wrong.push(`${name} has token ${token} after ${lock.newest}`)
  if (mode === 'EXCLUSIVE') lock.newest = token
  holders.set(name, result)
  return wrong
}

/**
 * No stale write: of the writes under locks that took effect, in the order of the log, none was made under an
 * older grant than one before it. What took effect is what the hot view sums: every hot view must hold the sum
 * of the writes that are not stale, and nothing else. (A write under an old grant that comes before the first
 * under the new one is not stale: nobody has seen the new owner's work yet. Kleppmann 2016.)
 */
export function noStaleWrite({ known, writes, hotViews }: History): string[] {
  // By id: where the log repeats a record, the first may be refused (ahead of its clock) and the repeat count.
  const grants = new Map(writes.map(({ event, grant }) => [event, grant]))
  const newest = new Map<string, bigint>()
  const expected = new Map<string, bigint>()
  for (const { event } of [...known.values()].flat()) {
    if (event.kind !== 'fill' || event.lock_resource === null) continue
    const grant = grants.get(event.id)
    if (grant === undefined) continue
    const resource = scoped(event, event.lock_resource)
    if (grant < (newest.get(resource) ?? -1n)) continue
    newest.set(resource, grant)
    const holding = scoped(event, `${event.agent}/${event.instrument}`)
    expected.set(holding, (expected.get(holding) ?? 0n) + event.quantity)
  }
  return hotViews.flatMap(({ name, quantities }) =>
    [...new Set([...expected.keys(), ...quantities.keys()])]
      .filter((holding) => expected.get(holding) !== quantities.get(holding))
      .map((holding) => {
        const is = String(quantities.get(holding))
        return `${name}: ${holding} is ${is}, without stale writes ${String(expected.get(holding))}`
      }),
  )
}
