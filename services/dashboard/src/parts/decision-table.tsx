import type { KnownEventJson } from '@waggle/api'
import { numberText } from '../ui/format.ts'
import { Table, type Column } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'

const field = ({ event }: KnownEventJson, name: string): string => {
  const value = event[name]
  return typeof value === 'string' ? value : ''
}
const confidence = ({ event }: KnownEventJson): number => Number(event['confidence'] ?? 0)

const TIME: Column<KnownEventJson> = {
  id: 'time',
  header: 'Known (UTC)',
  cell: (row) => <Time micros={row.known_from} />,
  sort: (row) => row.known_from,
  width: '150px',
}
const ACTION: Column<KnownEventJson> = {
  id: 'action',
  header: 'Action',
  cell: (row) => (
    <>
      {field(row, 'action')} <span className="faint">{field(row, 'instrument')}</span>
    </>
  ),
  sort: (row) => field(row, 'action'),
}
const CONFIDENCE: Column<KnownEventJson> = {
  id: 'confidence',
  header: 'Confidence',
  cell: (row) => numberText(confidence(row), 3),
  sort: confidence,
  align: 'right',
}
const SHORT = [TIME, ACTION, CONFIDENCE]
const LONG: readonly Column<KnownEventJson>[] = [
  TIME,
  ACTION,
  {
    id: 'agent',
    header: 'Agent',
    cell: (row) => row.event.agent,
    sort: (row) => row.event.agent,
    wide: true,
  },
  CONFIDENCE,
  {
    id: 'why',
    header: 'Reasoning',
    cell: (row) => field(row, 'reasoning'),
    wide: true,
    grow: true,
  },
]

export interface DecisionTableProps {
  readonly label: string
  readonly decisions: readonly KnownEventJson[]
  readonly onOpen: (decision: KnownEventJson) => void
  readonly selected?: string | undefined
  /** Without agent and reasoning. */
  readonly short?: boolean
  readonly height?: number
}

export function DecisionTable({ decisions, short = false, ...rest }: DecisionTableProps) {
  return (
    <Table
      columns={short ? SHORT : LONG}
      rows={decisions}
      rowKey={(row) => row.event.id}
      {...rest}
    />
  )
}
