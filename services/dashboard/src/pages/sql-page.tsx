import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../app/client.ts'
import { useScope } from '../app/scope.ts'
import { useUrl } from '../app/url.ts'
import { Answered } from '../ui/answered.tsx'
import { Empty } from '../ui/empty.tsx'
import { Page } from '../ui/page.tsx'
import { Panel, Panels } from '../ui/panel.tsx'
import { Notebook } from './sql/notebook-panel.tsx'
import { QueryEditor } from './sql/query-editor.tsx'
import { QueryLists } from './sql/query-lists.tsx'
import { ResultTable } from './sql/result-table.tsx'
import './sql/sql.css'

/** Queries of analysts. What was run stands in the address, and runs again where it is opened. */
export function SqlPage() {
  const [search, change] = useUrl()
  const { swarm, ready } = useScope()
  const query = search['query']
  const [text, setText] = useState(query ?? '')
  const result = useQuery({
    queryKey: ['sql', swarm, query],
    queryFn: ({ signal }) => client.call('sql', { swarm, body: { query: query ?? '' } }, signal),
    enabled: query !== undefined && ready,
    staleTime: Infinity,
    retry: false,
  })
  const run = (sql: string) => {
    const trimmed = sql.trim()
    setText(sql)
    if (trimmed !== '' && trimmed === query) void result.refetch()
    else change({ query: trimmed })
  }
  return (
    <Page title="SQL">
      <Panels>
        <Panel title="Query" span={8}>
          <QueryEditor text={text} onText={setText} onRun={run} busy={result.isFetching} />
        </Panel>
        <Panel title="Queries" span={4}>
          <QueryLists text={text} onOpen={run} />
        </Panel>
        <Panel title="Result" flush>
          {query === undefined ? (
            <Empty title="Nothing was asked yet: write a SELECT, or choose an example." />
          ) : (
            <Answered query={result}>
              {({ data }) => <ResultTable key={result.dataUpdatedAt} result={data} />}
            </Answered>
          )}
        </Panel>
        <Panel title="Open in a notebook">
          <Notebook query={query ?? text} />
        </Panel>
      </Panels>
    </Page>
  )
}
