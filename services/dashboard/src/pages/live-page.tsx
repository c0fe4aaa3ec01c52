import type { LiveStats } from '@waggle/api'
import { useMemo } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { useRead } from '../app/read.ts'
import { useScope } from '../app/scope.ts'
import { scopeOf, type Search } from '../app/url.ts'
import { Lines } from '../charts/charts.tsx'
import { DecisionTable } from '../parts/decision-table.tsx'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Empty } from '../ui/empty.tsx'
import { isoOf } from '../ui/format.ts'
import { Page } from '../ui/page.tsx'
import { Panel, Panels } from '../ui/panel.tsx'
import { ProblemBox } from '../ui/problem-box.tsx'
import { Figures } from './live/figures.tsx'
import { LagTable } from './live/lag-table.tsx'
import { ratesByAgent, type LiveState } from './live/live-state.ts'
import { useLive } from './live/use-live.ts'
import './live/live.css'

/** What the swarm does now. */
export function LivePage() {
  const live = useLive()
  const last = live.stats.at(-1)
  return (
    <Page title="Live" tools={<Connection live={live} />}>
      {live.connection === 'ended' ? <ProblemBox error={live.error} /> : null}
      <Figures stats={last} />
      <Panels>
        <Panel title="Events a second by agent" span={8} flush>
          <Rates stats={live.stats} />
        </Panel>
        <Panel title="Alerts" span={4}>
          <Alerts stats={last} />
        </Panel>
        <Panel title="Latest decisions" span={8} flush>
          <Decisions live={live} />
        </Panel>
        <Panel title="Lag of the views" span={4} flush>
          <LagTable lag={last?.lag ?? NO_LAG} />
        </Panel>
      </Panels>
    </Page>
  )
}

const NO_LAG = {}

function Connection({ live: { connection, retryMs } }: { live: LiveState }) {
  return (
    <span role="status">
      {connection === 'open' ? <Badge tone="good">connected</Badge> : null}
      {connection === 'connecting' ? <Badge>connecting</Badge> : null}
      {connection === 'ended' ? <Badge tone="bad">ended</Badge> : null}
      {connection === 'lost' ? (
        <Badge tone="warn">connection lost, again in {retryMs / 1000} s; nothing is missed</Badge>
      ) : null}
    </span>
  )
}

function Rates({ stats }: { readonly stats: readonly LiveStats[] }) {
  const x = useMemo(() => stats.map(({ at }) => at / 1e6), [stats])
  const lines = useMemo(() => ratesByAgent(stats), [stats])
  if (lines.length === 0)
    return (
      <Empty
        title="No event since this page was opened"
        command="npm run demo -- --fresh --until 2002-12-31"
      />
    )
  return <Lines label="Events a second by agent, five minutes" x={x} lines={lines} height={240} />
}

function Alerts({ stats }: { readonly stats: LiveStats | undefined }) {
  if (stats === undefined) return <p className="faint">Waiting for the first figures …</p>
  if (stats.alerts.length === 0) return <p className="faint">None.</p>
  return (
    <ul className="alerts">
      {stats.alerts.map(({ name, level, text }) => (
        <li key={name + text}>
          <Badge tone={level === 'error' ? 'bad' : 'warn'}>{level}</Badge> <strong>{name}</strong>{' '}
          {text}
        </li>
      ))}
    </ul>
  )
}

function Decisions({ live }: { readonly live: LiveState }) {
  const { swarm, run } = useScope()
  const navigate = useNavigate()
  const query = useRead('decisions', { limit: 100 }, { every: 0, now: true })
  return (
    <Answered query={query}>
      {({ data }) => {
        const seen = new Set(live.decisions.map(({ event }) => event.id))
        const all = [...live.decisions, ...data.filter(({ event }) => !seen.has(event.id))]
        if (all.length === 0)
          return (
            <Empty
              title={`${swarm} has decided nothing in ${run}`}
              command="npm run demo -- --fresh --until 2002-12-31"
            />
          )
        return (
          <DecisionTable
            label="Decisions, newest first"
            decisions={all}
            onOpen={({ event, known_from }) => {
              const own = { agent: event.agent, decision: event.id, as_of: isoOf(known_from) }
              const search = (old: Search) => ({ ...scopeOf(old), ...own })
              void navigate({ to: '/agent', search: search as never })
            }}
          />
        )
      }}
    </Answered>
  )
}
