import type { Comparison, ComparisonStatus, ResultEvent } from './compare-results.ts'

const STATUSES: readonly ComparisonStatus[] = ['SAME', 'DIFFERS', 'MISSING', 'EXTRA']
const SHOWN_MAX = 100

/** Counts by kind; below, every result where `all`, else every difference, the first hundred. */
export function recountTable(compared: readonly Comparison[], all: boolean): string[] {
  const kinds = [...new Set(compared.map(({ result }) => result.kind))].toSorted()
  const counts = kinds.map((kind) => [
    kind,
    ...STATUSES.map((status) =>
      String(compared.filter((one) => one.result.kind === kind && one.status === status).length),
    ),
  ])
  const listed = all ? compared : compared.filter(({ status }) => status !== 'SAME')
  const rows = listed
    .slice(0, SHOWN_MAX)
    .map(({ status, result, fields }) => [
      status,
      result.swarm,
      result.run ?? 'live',
      nameOf(result),
      outcomeOf(result),
      fields.join(', '),
    ])
  const more = listed.length - rows.length
  return [
    ...aligned([['RESULTS', ...STATUSES], ...counts]),
    ...(rows.length === 0
      ? []
      : ['', ...aligned([['', 'SWARM', 'RUN', 'NAME', 'OUTCOME', 'FIELDS'], ...rows])]),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ]
}

function nameOf(result: ResultEvent): string {
  switch (result.kind) {
    case 'proposal_result':
      return result.proposal
    case 'lock_result':
      return result.resource
    case 'memory_result':
      return `${result.namespace}/${result.key}`
    case 'escalation':
      return `${result.signal_agent}/${result.signal}`
  }
}

function outcomeOf(result: ResultEvent): string {
  switch (result.kind) {
    case 'proposal_result': {
      const { status, winner, value, vetoed_by, turnout, decided_offset, evidence, uncounted } =
        result
      const what = winner ?? value ?? (vetoed_by === null ? '' : `veto of ${vetoed_by}`)
      return [
        `${status} ${what}`.trim(),
        `turnout ${turnout.toFixed(2)}`,
        `at ${decided_offset}`,
        `by ${evidence.join(',')}`,
        ...uncounted.map(({ offset, agent, reason }) => `not ${offset} of ${agent}: ${reason}`),
      ].join('; ')
    }
    case 'lock_result':
      return `${result.status} ${result.holder}${result.token === null ? '' : `, token ${result.token}`}`
    case 'memory_result':
      return result.status
    case 'escalation':
      return ''
  }
}

/** Rows of equal length -> lines with columns two spaces apart. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  )
}
