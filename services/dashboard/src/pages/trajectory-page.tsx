import { useMemo } from 'react'
import { useKeys } from '../app/keys.ts'
import { useScope } from '../app/scope.ts'
import { useUrl } from '../app/url.ts'
import { Answered } from '../ui/answered.tsx'
import { Empty } from '../ui/empty.tsx'
import { groupDigits } from '../ui/format.ts'
import { Page } from '../ui/page.tsx'
import { Panel, Panels } from '../ui/panel.tsx'
import { EventPanel } from './trajectory/event-panel.tsx'
import { EventTree } from './trajectory/event-tree.tsx'
import { Filters } from './trajectory/filters.tsx'
import { RawEvents } from './trajectory/raw-events.tsx'
import { RunDiff } from './trajectory/run-diff.tsx'
import { Timeline } from './trajectory/timeline.tsx'
import { says } from './trajectory/tree-of.ts'
import { useTrajectory } from './trajectory/use-trajectory.ts'
import './trajectory/trajectory.css'

const VIEWS = { tree: EventTree, timeline: Timeline, raw: RawEvents } as const
type View = keyof typeof VIEWS

/** What was done, in the order it was known: as a tree of causes, along time, or raw; and two runs compared. */
export function TrajectoryPage() {
  const [search, change] = useUrl()
  const query = useTrajectory()
  const view: View =
    search['view'] === 'timeline' || search['view'] === 'raw' ? search['view'] : 'tree'
  const filter = search['filter'] ?? ''
  const pages = query.data?.pages
  const events = useMemo(() => (pages ?? []).flatMap(({ data }) => data.events), [pages])
  const shown = useMemo(() => events.filter((known) => says(known, filter)), [events, filter])
  const selected = search['event']
  const open = (event: string) => change({ event })
  const step = (by: number) => {
    const at = shown.findIndex(({ event, position }) =>
      [event.id, position].includes(selected ?? ''),
    )
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)]
    if (next !== undefined) change({ event: next.event.id }, { replace: true })
  }
  useKeys([
    { keys: 'j', text: 'Next event', run: () => step(1) },
    { keys: 'k', text: 'Event before', run: () => step(-1) },
    { keys: '1', text: 'Tree', run: () => change({ view: undefined }) },
    { keys: '2', text: 'Timeline', run: () => change({ view: 'timeline' }) },
    { keys: '3', text: 'Raw', run: () => change({ view: 'raw' }) },
  ])
  const Shown = VIEWS[view]
  return (
    <Page title="Trajectory" tools={<Views view={view} />}>
      <Filters events={events} />
      <Panels>
        <Panel
          title="Events"
          span={selected === undefined ? 12 : 7}
          aside={<Count shown={shown.length} query={query} read={events.length} />}
          flush
        >
          <Answered query={query}>
            {() =>
              shown.length === 0 ? (
                <Nothing read={events.length} />
              ) : (
                <Shown events={shown} selected={selected} onOpen={open} />
              )
            }
          </Answered>
        </Panel>
        {selected === undefined ? null : <EventPanel id={selected} />}
        <RunDiff />
      </Panels>
    </Page>
  )
}

function Views({ view }: { readonly view: View }) {
  const [, change] = useUrl()
  return (
    <div className="row" role="group" aria-label="View">
      {(['tree', 'timeline', 'raw'] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === view}
          onClick={() => change({ view: name === 'tree' ? undefined : name })}
        >
          {name}
        </button>
      ))}
    </div>
  )
}

interface CountProps {
  readonly shown: number
  readonly read: number
  readonly query: ReturnType<typeof useTrajectory>
}

function Count({
  shown,
  read,
  query: { hasNextPage, isFetchingNextPage, fetchNextPage, data },
}: CountProps) {
  const gaps = data?.pages.flatMap((page) => page.data.gaps) ?? []
  return (
    <>
      {gaps.length === 0 ? null : (
        <span className="loss">{gaps.length} gaps in the numbers of a producer</span>
      )}
      <span className="number">
        {shown === read ? '' : `${groupDigits(String(shown))} of `}
        {groupDigits(String(read))} read
      </span>
      {hasNextPage ? (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? 'Reading …' : 'Read more'}
        </button>
      ) : null}
    </>
  )
}

function Nothing({ read }: { readonly read: number }) {
  const { swarm, run } = useScope()
  if (read > 0)
    return <Empty title="None of the events read says this: read more, or change the filter" />
  return (
    <Empty
      title={`Nothing was done in ${run} of ${swarm} that fits`}
      command="npm run demo -- --fresh --until 2002-12-31"
    />
  )
}
