import type { DiffJson } from '@waggle/api'
import { useAsk } from '../../app/read.ts'
import { useScope, useSwarm } from '../../app/scope.ts'
import { useUrl } from '../../app/url.ts'
import { Answered } from '../../ui/answered.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Empty } from '../../ui/empty.tsx'
import { groupDigits } from '../../ui/format.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Table, type Column } from '../../ui/table.tsx'

/** Two runs step by step: where they part, and what both came to. */
export function RunDiff() {
  const [search, change] = useUrl()
  const { swarm, run, ready } = useScope()
  const runs = useSwarm(swarm).data?.data.runs ?? []
  const parent = runs.find((one) => one.run === run)?.parent ?? 'live'
  const [a, b] = [search['a'] ?? parent, search['b'] ?? run]
  const names = [...new Set(['live', ...runs.map((one) => one.run), a, b])]
  const options = names.map((name) => [name, name] as const)
  const wanted = search['a'] !== undefined && search['b'] !== undefined && a !== b
  const query = useAsk('diff', { swarm, a, b }, { enabled: ready && wanted })
  const tools = (
    <>
      <Choice label="Run" value={a} options={options} onChange={(name) => change({ a: name, b })} />
      <Choice
        label="with"
        value={b}
        options={options}
        onChange={(name) => change({ a, b: name })}
      />
      <button type="button" disabled={a === b} onClick={() => change({ a, b })}>
        Compare
      </button>
    </>
  )
  return (
    <Panel title="Two runs compared" aside={tools}>
      {runs.length === 0 ? (
        <Empty
          title={`${swarm} has no run beside live`}
          command="npm run waggle -- fork --data DIR --name calm --at 2009-03-09T00:00:00Z --change change.ts"
        />
      ) : wanted ? (
        <Answered query={query}>{({ data }) => <Differences diff={data} />}</Answered>
      ) : (
        <p className="faint">Choose two runs: a fork and what it left, or two backtests.</p>
      )}
    </Panel>
  )
}

const RESULTS: readonly Column<DiffJson['results'][number]>[] = [
  { id: 'name', header: 'Result', cell: ({ name }) => name, sort: ({ name }) => name },
  { id: 'a', header: 'First run', cell: ({ a }) => a, align: 'right' },
  { id: 'b', header: 'Second run', cell: ({ b }) => b, align: 'right' },
  {
    id: 'same',
    header: 'Compared',
    cell: ({ a, b }) =>
      a === b ? <span className="faint">same</span> : <Badge tone="info">differs</Badge>,
  },
]

function Differences({
  diff: { a, b, same, first, counts, results },
}: {
  readonly diff: DiffJson
}) {
  return (
    <div className="diff">
      <p>
        {same ? (
          <Badge tone="good">the same</Badge>
        ) : (
          <Badge tone="info">they part{first === null ? '' : ` at ${first.step}`}</Badge>
        )}{' '}
        {groupDigits(String(counts.same))} steps the same, {groupDigits(String(counts.changed))}{' '}
        changed, {groupDigits(String(counts.only_a))} only in <code>{a}</code>,{' '}
        {groupDigits(String(counts.only_b))} only in <code>{b}</code>
      </p>
      {first === null ? null : (
        <div className="diff-sides">
          <JsonTree name={a} value={first.a} open={3} />
          <JsonTree name={b} value={first.b} open={3} />
        </div>
      )}
      {results.length === 0 ? null : (
        <Table
          label="Results of both runs"
          columns={RESULTS}
          rows={results}
          rowKey={({ name }) => name}
        />
      )}
    </div>
  )
}
