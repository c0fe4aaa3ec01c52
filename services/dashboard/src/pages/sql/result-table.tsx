import type { SqlResult } from '@waggle/api'
import { useMemo } from 'react'
import { downloadText } from '../../ui/download.ts'
import { Empty } from '../../ui/empty.tsx'
import { numberText } from '../../ui/format.ts'
import { Table, type Column } from '../../ui/table.tsx'
import { cellText, csvOf } from './csv.ts'

interface ResultRow {
  readonly index: number
  readonly cells: readonly unknown[]
}

const NUMERIC = /^(Nullable\()?(U?Int|Float|Decimal)/

/** Rows of a result, only those in sight in the page; sorted by a press on a column. */
export function ResultTable({ result }: { readonly result: SqlResult }) {
  const rows = useMemo(() => result.rows.map((cells, index) => ({ index, cells })), [result])
  const columns = useMemo(() => result.columns.map(columnOf), [result])
  const { truncated, elapsed_ms } = result
  return (
    <>
      <p className="row result-head" role="status">
        <span>
          {numberText(rows.length, 0)} rows in {numberText(elapsed_ms, 1)} ms
          {truncated ? '; there are more: add a LIMIT or a WHERE' : ''}
        </span>
        <button
          type="button"
          className="quiet"
          onClick={() => downloadText('result.csv', csvOf(result), 'text/csv')}
        >
          CSV
        </button>
      </p>
      {rows.length === 0 ? (
        <Empty title="The query runs and finds no rows." />
      ) : (
        <Table
          label="Rows of the result"
          columns={columns}
          rows={rows}
          rowKey={({ index }) => String(index)}
          height={560}
        />
      )}
    </>
  )
}

function columnOf({ name, type }: SqlResult['columns'][number], at: number): Column<ResultRow> {
  const isNumeric = NUMERIC.test(type)
  return {
    id: `${at}`,
    header: name,
    cell: ({ cells }) => {
      const text = cellText(cells[at])
      return <span title={`${type}: ${text}`}>{cells[at] === null ? '∅' : text}</span>
    },
    sort: ({ cells }) => (isNumeric ? Number(cells[at]) : cellText(cells[at])),
    ...(isNumeric ? { align: 'right' as const } : {}),
  }
}
