import { resultsInLog, scoped, type History } from './history.ts'

/**
 * No lost update: agents add one to what they have read. So the values of the writes that were applied to a
 * counter, in the order of the log, are 1, 2, 3 …, and the coordinators have the last one.
 */
export function noLostUpdate(history: History): string[] {
  const counters = new Map<string, number>()
  const found = resultsInLog(history).flatMap(({ event }) => {
    if (event.kind !== 'memory_result' || event.status !== 'APPLIED') return []
    const name = scoped(event, event.key)
    const expected = (counters.get(name) ?? 0) + 1
    counters.set(name, Number(event.value))
    return Number(event.value) === expected
      ? []
      : [`${name} is ${event.value} after ${expected - 1}`]
  })
  const ends = history.coordinators.flatMap(({ name, entries }) =>
    entries
      .filter(
        ({ report, ...scope }) => Number(report.value) !== counters.get(scoped(scope, report.key)),
      )
      .map(({ report, ...scope }) => `${name}: ${scoped(scope, report.key)} is ${report.value}`),
  )
  return [...found, ...ends]
}
