import { createHash } from 'node:crypto'
import type { BankState } from './fold-bank.ts'
import type { SwarmBank } from './swarm-bank.ts'

/** SHA-256 over everything answers rest on, in an order that does not depend on which partition was read first. */
export function digestBank({ runs }: BankState): string {
  const hash = createHash('sha256')
  for (const [name, { watermarks, queues, swarms }] of [...runs].sort(byName)) {
    hash.update(JSON.stringify([name, [...watermarks].sort(byName)]))
    for (const [partition, { items, head }] of [...queues].sort(byName)) {
      const waiting = items.slice(head).map(({ item }) => item.position.offset.toString())
      if (waiting.length > 0) hash.update(JSON.stringify([partition, waiting]))
    }
    for (const [swarm, bank] of [...swarms].sort(byName)) {
      hash.update(JSON.stringify([swarm, bank.saidCount, [...bank.erased]]))
      digestSwarm(bank, (value) => hash.update(JSON.stringify(value)))
    }
  }
  return hash.digest('hex')
}

function digestSwarm(
  { learned, accesses, journal }: SwarmBank,
  add: (value: unknown) => void,
): void {
  add([learned.hypotheses, learned.promotions, learned.refused, learned.open.size])
  for (const { id, at } of journal) add([id, at])
  for (const [id, pattern] of [...learned.patterns].sort(byName)) {
    const { status, lessons, successes, netSum, hypothesis, seat, changedAt, reason } = pattern
    const ends = [lessons[0]?.trial.id, lessons.at(-1)?.trial.id]
    const drift = pattern.drift && [...pattern.drift.sums]
    const state = [status, lessons.length, successes, netSum, hypothesis, changedAt, reason, drift]
    add([id, ...state, seat?.trial.id, ends, [...pattern.wealth]])
  }
  for (const [id, times] of [...accesses].sort(byName)) add([id, [...times].sort((a, b) => a - b)])
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
