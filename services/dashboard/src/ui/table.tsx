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
  const above = items[0]?.start ?? 0
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (step === undefined || onOpen === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const at = sorted.findIndex(({ id }) => id === selected)
    const next = sorted[Math.min(Math.max(at + step, 0), sorted.length - 1)]
    if (next === undefined) return
    virtual.scrollToIndex(next.index)
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
      <table>
        <thead>
          <tr>
            {table.getHeaderGroups()[0]?.headers.map(({ id, column }, index) => {
              const { header, align, width, wide } = columns[index]!
              const order = column.getIsSorted()
              return (
                <th
                  key={id}
                  scope="col"
                  data-align={align}
                  data-wide={wide}
                  style={{ width }}
                  aria-sort={order === false ? undefined : `${order}ending`}
                >
                  {column.getCanSort() ? (
                    <button type="button" onClick={column.getToggleSortingHandler()}>
                      {header}
                      {order === false ? '' : order === 'asc' ? ' ▲' : ' ▼'}
                    </button>
                  ) : (
                    header
                  )}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} />
          {items.map((item) => {
            const { id, original } = sorted[item.index]!
            return (
              <tr
                key={id}
                data-open={id === selected || undefined}
                data-link={onOpen !== undefined || undefined}
                onClick={() => onOpen?.(original)}
              >
                {columns.map(({ id: name, cell, align, wide }, index) => (
                  <td key={name} data-align={align} data-wide={wide}>
                    {index === 0 && onOpen !== undefined ? (
                      <button type="button" className="row-link" aria-pressed={id === selected}>
                        {cell(original)}
                      </button>
                    ) : (
                      cell(original)
                    )}
                  </td>
                ))}
              </tr>
            )
          })}
          <Spacer height={below} />
        </tbody>
      </table>
    </div>
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
