import type { LogRecordJson } from '@waggle/api'
import { Badge } from '../../ui/badge.tsx'
import { shortId } from '../../ui/event-link.tsx'
import type { Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { summaryOf } from './summary.ts'

export const LOG_COLUMNS: readonly Column<LogRecordJson>[] = [
  { id: 'position', header: 'Position', cell: ({ position }) => <code>{shortId(position)}</code> },
  {
    id: 'kind',
    header: 'Kind',
    cell: ({ known, refused }) =>
      refused === null ? known?.event.kind : <Badge tone="bad">{refused.code}</Badge>,
    sort: ({ known, refused }) => refused?.code ?? known?.event.kind ?? '',
  },
  {
    id: 'agent',
    header: 'Agent',
    cell: ({ known }) => known?.event.agent ?? '–',
    sort: ({ known }) => known?.event.agent ?? '',
    wide: true,
  },
  {
    id: 'known',
    header: 'Known',
    cell: ({ known }) => (
      <>
        <Time micros={known?.known_from ?? null} />
        {known?.late === true ? ' ' : null}
        {known?.late === true ? <Badge tone="warn">late</Badge> : null}
      </>
    ),
    sort: ({ known }) => known?.known_from ?? 0,
    wide: true,
  },
  {
    id: 'summary',
    header: 'Says',
    grow: true,
    cell: ({ known, refused }) => refused?.reason ?? (known === null ? '' : summaryOf(known.event)),
  },
]
