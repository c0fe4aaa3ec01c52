import { client } from '../../app/client.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { TextBlock } from '../log/hex-block.tsx'
import { plainPythonCell, pythonCell } from './notebook.ts'

/** The same query as a cell of a notebook. */
export function Notebook({ query }: { readonly query: string }) {
  if (query.trim() === '') return <Empty title="Write a query first." />
  const cells = [
    ['With clickhouse-connect and pandas', pythonCell(client.url, query)],
    ['With the standard library alone', plainPythonCell(client.url, query)],
  ] as const
  return (
    <>
      <p className="faint">
        <code>WAGGLE_TOKEN</code> in the environment holds the token; it is not written into the
        cell.
      </p>
      {cells.map(([title, cell]) => (
        <details key={title}>
          <summary>{title}</summary>
          <CopyButton text={cell} label="Copy the cell" />
          <TextBlock label={title} text={cell} />
        </details>
      ))}
    </>
  )
}
