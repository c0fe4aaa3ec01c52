import { rowText, type ViewRow } from '@waggle/consume'
import type { BankState } from './fold-bank.ts'
import type { SwarmBank } from './swarm-bank.ts'

/** What the digest is about, thing by thing: patterns, looks at them, the journal, and what still waits. */
export function* bankRows({ runs }: BankState): Generator<ViewRow> {
  for (const [run, { watermarks, queues, swarms }] of runs) {
    for (const [partition, at] of watermarks)
      yield { key: `${run}/watermark/${partition}`, value: rowText(at) }
    for (const [partition, { items, head }] of queues) {
      const waiting = items.slice(head).map(({ item }) => item.position.offset)
      if (waiting.length > 0) yield { key: `${run}/waiting/${partition}`, value: rowText(waiting) }
    }
    for (const [swarm, bank] of swarms) {
      const path = `${run}/${encodeURIComponent(swarm)}`
      for (const { key, value } of swarmRows(bank)) yield { key: `${path}/${key}`, value }
    }
  }
}

function* swarmRows(bank: SwarmBank): Generator<ViewRow> {
  const { learned, accesses, journal, saidCount, erased } = bank
  const { hypotheses, promotions, refused, open } = learned
  const counts = [saidCount, [...erased], hypotheses, promotions, refused, open.size]
  yield { key: 'counts', value: rowText(counts) }
  for (const [index, { id, at }] of journal.entries())
    yield { key: `journal/${index}`, value: rowText([id, at]) }
  for (const [id, pattern] of learned.patterns) {
    const { status, lessons, successes, netSum, hypothesis, seat, changedAt, reason } = pattern
    const ends = [lessons[0]?.trial.id, lessons.at(-1)?.trial.id]
    const drift = pattern.drift && [...pattern.drift.sums]
    const state = [status, lessons.length, successes, netSum, hypothesis, changedAt, reason, drift]
    const value = rowText([...state, seat?.trial.id, ends, [...pattern.wealth]])
    yield { key: `patterns/${id}`, value }
  }
  for (const [id, times] of accesses)
    yield { key: `accesses/${id}`, value: rowText([...times].sort((a, b) => a - b)) }
}
