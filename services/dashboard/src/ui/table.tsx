import {
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
  type ColumnDef,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react'

export interface Column<Row> {
  readonly id: string
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  /** What rows are sorted by where the header is pressed; not sortable if left out. */
  readonly sort?: (row: Row) => string | number
  readonly align?: 'right'
  /** CSS width. */
  readonly width?: string
  /** Left out on a narrow screen. */
  readonly wide?: boolean
  /** Takes the room that is left; what does not fit is cut. */
  readonly grow?: boolean
}

export interface TableProps<Row> {
  /** What the table is, for those who do not see it. */
  readonly label: string
  /** Kept at the top of the module, or by useMemo. */
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  /** Rows can be opened: by a click, or by j, k and Enter. */
  readonly onOpen?: (row: Row) => void
  /** Key of the row that is open. */
  readonly selected?: string | undefined
  /** Pixels at most, then it scrolls. */
  readonly height?: number
}

const ROW_PX = 28
const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
})

/** Rows by the thousand: only those in sight are in the page. */
export function Table<Row extends object>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, onOpen, selected, height = 420 } = props
  const scroller = useRef<HTMLDivElement>(null)
  const definitions = useMemo(() => columns.map(definitionOf), [columns])
  const table = useTable({ features, columns: definitions, data: rows as Row[], getRowId: rowKey })
  const sorted = table.getRowModel().rows
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (step === undefined || onOpen === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const at = sorted.findIndex(({ id }) => id === selected)
    const to = Math.min(Math.max(at + step, 0), sorted.length - 1)
    const next = sorted[to]
    if (next === undefined) return
    virtual.scrollToIndex(to)
    onOpen(next.original)
  }
  return (
    <div
      ref={scroller}
      className="table-scroll"
      style={{ maxHeight: height }}
      role="region"
      aria-label={label}
      tabIndex={0}
      onKeyDown={move}
    >
      <table className="rows">
        <thead>
          <tr>
            {table.getHeaderGroups()[0]?.headers.map(({ id, column }, index) => (
              <Head
                key={id}
                column={columns[index]!}
                order={column.getIsSorted()}
                onSort={column.getCanSort() ? () => column.toggleSorting() : undefined}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={items[0]?.start ?? 0} />
          {items.map(({ index }) => {
            const { id, original } = sorted[index]!
            return (
              <Line
                key={id}
                columns={columns}
                row={original}
                open={id === selected}
                onOpen={onOpen}
              />
            )
          })}
          <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
    </div>
  )
}

interface HeadProps<Row> {
  readonly column: Column<Row>
  readonly order: false | 'asc' | 'desc'
  readonly onSort: (() => void) | undefined
}

function Head<Row>({ column, order, onSort }: HeadProps<Row>) {
  const { header, align, width, wide } = column
  return (
    <th
      scope="col"
      data-align={align}
      data-wide={wide}
      style={{ width }}
      aria-sort={order === false ? undefined : `${order}ending`}
    >
      {onSort === undefined ? (
        header
      ) : (
        <button type="button" onClick={onSort}>
          {header}
          {order === false ? '' : order === 'asc' ? ' ▲' : ' ▼'}
        </button>
      )}
    </th>
  )
}

interface LineProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly row: Row
  readonly open: boolean
  readonly onOpen: ((row: Row) => void) | undefined
}

function Line<Row>({ columns, row, open, onOpen }: LineProps<Row>) {
  return (
    <tr
      data-open={open || undefined}
      data-link={onOpen !== undefined || undefined}
      onClick={() => onOpen?.(row)}
    >
      {columns.map(({ id, cell, align, wide, grow }, index) => (
        <td key={id} data-align={align} data-wide={wide} data-grow={grow}>
          {index === 0 && onOpen !== undefined ? (
            <button type="button" className="row-link" aria-pressed={open}>
              {cell(row)}
            </button>
          ) : (
            cell(row)
          )}
        </td>
      ))}
    </tr>
  )
}

const STEPS: Readonly<Record<string, number>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

function Spacer({ height }: { height: number }) {
  return height > 0 ? <tr className="spacer" aria-hidden style={{ height }} /> : null
}

function definitionOf<Row extends object>({
  id,
  sort,
}: Column<Row>): ColumnDef<typeof features, Row> {
  return sort === undefined
    ? { id, accessorFn: () => '', enableSorting: false }
    : { id, accessorFn: sort, sortFn: 'alphanumeric' }
}
