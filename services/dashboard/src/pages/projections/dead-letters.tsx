import { useQueryClient } from '@tanstack/react-query'
import type { DeadLetterJson } from '@waggle/api'
import { useAct, useAsk } from '../../app/read.ts'
import { useUrl } from '../../app/url.ts'
import { Answered } from '../../ui/answered.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { shortId } from '../../ui/event-link.tsx'
import { bytesText } from '../../ui/format.ts'
import { PageLink } from '../../ui/page-link.tsx'
import { Panel } from '../../ui/panel.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { HexBlock, TextBlock } from '../log/hex-block.tsx'
import { hexOfBase64 } from '../log/hex-dump.ts'

const COLUMNS: readonly Column<DeadLetterJson>[] = [
  { id: 'at', header: 'Refused', cell: ({ at }) => <Time micros={at} />, sort: ({ at }) => at },
  {
    id: 'code',
    header: 'Code',
    cell: ({ code }) => <Badge tone="bad">{code}</Badge>,
    sort: ({ code }) => code,
  },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => reason, grow: true },
  {
    id: 'origin',
    header: 'Stood at',
    cell: ({ origin }) => (origin === null ? '–' : <code>{shortId(origin)}</code>),
    wide: true,
  },
  { id: 'bytes', header: 'Bytes', align: 'right', cell: ({ bytes }) => bytes, wide: true },
]

const PAGE = 100

/** Refused records with their reasons and bytes, page by page. */
export function DeadLetters() {
  const [search, change] = useUrl()
  const before = search['before']
  const code = search['code']
  const query = useAsk(
    'deadLetters',
    {
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
      ...(code === undefined ? {} : { code }),
    },
    { every: before === undefined ? 5000 : 0, keep: true },
  )
  const rows = query.data?.data ?? []
  const chosen = rows.find(({ position }) => position === search['letter']) ?? rows[0]
  return (
    <>
      <Panel title="Dead letters" span={8} flush aside={<Choices rows={rows} />}>
        <Answered query={query}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="Nothing was refused." />
            ) : (
              <Table
                label="List of dead letters"
                columns={COLUMNS}
                rows={data}
                rowKey={({ position }) => position}
                onOpen={({ position }) => change({ letter: position }, { replace: true })}
                selected={chosen?.position}
              />
            )
          }
        </Answered>
      </Panel>
      <Panel title="Dead letter" span={4}>
        {chosen === undefined ? (
          <Empty title="None chosen." />
        ) : (
          <Letter key={chosen.position} letter={chosen} />
        )}
      </Panel>
    </>
  )
}

/** Which of them, and page by page. */
function Choices({ rows }: { readonly rows: readonly DeadLetterJson[] }) {
  const [search, change] = useUrl()
  const { before, code } = search
  const codes = new Set([...rows.map((row) => row.code), ...(code === undefined ? [] : [code])])
  return (
    <>
      <Choice
        label="Code"
        value={code ?? ''}
        options={[['', 'all'], ...[...codes].map((one) => [one, one] as const)]}
        onChange={(one) => change({ code: one, before: undefined })}
      />
      <button
        type="button"
        disabled={before === undefined}
        onClick={() => change({ before: undefined })}
      >
        Newest
      </button>
      <button
        type="button"
        disabled={rows.length < PAGE}
        onClick={() => change({ before: rows.at(-1)?.position })}
      >
        ↓ Older
      </button>
    </>
  )
}

function Letter({ letter }: { readonly letter: DeadLetterJson }) {
  const { position, code, reason, origin, bytes, raw, text } = letter
  const replay = useAct('replayDeadLetter')
  const queries = useQueryClient()
  const again = () =>
    replay.mutate(
      { position },
      { onSuccess: () => void queries.invalidateQueries({ queryKey: ['deadLetters'] }) },
    )
  return (
    <div className="projection">
      <p>
        <Badge tone="bad">{code}</Badge> {reason}
      </p>
      <p className="faint">
        {origin === null ? (
          'It never reached the log.'
        ) : (
          <>
            Stood at <code>{origin}</code>.
          </>
        )}{' '}
        {bytesText(bytes)}; kept at <code>{position}</code>.
      </p>
      {text === null ? null : <TextBlock label="What it says" text={text} />}
      <HexBlock label="Raw bytes" hex={hexOfBase64(raw)} />
      <p className="row">
        <button type="button" disabled={replay.isPending} onClick={again}>
          Give it again
        </button>
        <span className="faint">Where the fault has gone, the same bytes are appended.</span>
      </p>
      <p role="status">
        {replay.data === undefined ? (
          ''
        ) : (
          <>
            It stands at{' '}
            <PageLink page="/log" search={{ from: replay.data.data.position, look: undefined }}>
              <code>{replay.data.data.position}</code>
            </PageLink>
            .
          </>
        )}
      </p>
      {replay.error === null ? null : <ProblemBox error={replay.error} />}
    </div>
  )
}
