import type { LockJson, LockStepJson } from '@waggle/api'
import { formText } from '../../app/form-text.ts'
import { useAsk, useRead } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { useUrl } from '../../app/url.ts'
import { Answered } from '../../ui/answered.tsx'
import { Empty } from '../../ui/empty.tsx'
import { EventLink } from '../../ui/event-link.tsx'
import { EvidenceButton } from '../../ui/evidence-button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { RecountLock } from './recount.tsx'
import { StatusBadge } from './status-badge.tsx'

const LOCKS: readonly Column<LockJson>[] = [
  {
    id: 'resource',
    header: 'Resource',
    cell: ({ resource }) => resource,
    sort: ({ resource }) => resource,
  },
  { id: 'mode', header: 'Mode', cell: ({ mode }) => mode?.toLowerCase() ?? '–', wide: true },
  {
    id: 'holders',
    header: 'Held by (fencing token, until)',
    cell: ({ holders }) =>
      holders.length === 0
        ? 'nobody'
        : holders.map(({ agent, token, request, lease_until }) => (
            <span key={request} className="holder">
              {agent} <code>#{token}</code> <Time micros={lease_until} />
            </span>
          )),
  },
  {
    id: 'waiters',
    header: 'Waiting',
    cell: ({ waiters }) => waiters.map(({ agent }) => agent).join(', ') || '–',
  },
]

const STEPS: readonly Column<LockStepJson>[] = [
  { id: 'at', header: 'Known', cell: ({ at }) => <Time micros={at} />, sort: ({ at }) => at },
  { id: 'status', header: 'Step', cell: ({ status }) => <StatusBadge status={status} /> },
  { id: 'agent', header: 'Agent', cell: ({ agent }) => agent, sort: ({ agent }) => agent },
  {
    id: 'token',
    header: 'Token',
    align: 'right',
    cell: ({ token }) => (token === null ? '–' : <code>#{token}</code>),
  },
  { id: 'position', header: 'Event', cell: ({ position }) => <EventLink id={position} /> },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => reason, wide: true, grow: true },
]

/** Locks in use with holders and waiters, and the history of one. */
export function Locks() {
  const [search, change] = useUrl()
  const query = useRead('locks', {})
  const named = useNamedLocks()
  const resource = search['resource'] ?? query.data?.data[0]?.resource ?? named[0]
  const open = (to: string) => change({ resource: to }, { replace: true })
  return (
    <>
      <Panel title="Locks in use" span={6} flush>
        <Answered query={query}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No lock is held or waited for.">
                Agents lock with <code>agent.withLock(…)</code>. The history of a lock can be asked
                for by its name.
              </Empty>
            ) : (
              <Table
                label="List of locks"
                columns={LOCKS}
                rows={data}
                rowKey={(lock) => lock.resource}
                onOpen={(lock) => open(lock.resource)}
                selected={resource}
              />
            )
          }
        </Answered>
      </Panel>
      <Panel
        title="Fencing history"
        span={6}
        flush
        aside={<ResourceForm resource={resource} named={named} onOpen={open} />}
      >
        {resource === undefined ? (
          <Empty title="Name a lock to see who held it." />
        ) : (
          <History resource={resource} />
        )}
      </Panel>
    </>
  )
}

/** Locks that the newest results are about: also of those that nobody holds now. */
function useNamedLocks(): string[] {
  const { swarm, run, ready } = useScope()
  const asked = { swarm, run, kind: 'lock_result', newest: 'true', limit: 200 }
  const { data } = useAsk('log', asked, { enabled: ready })
  const found = (data?.data.records ?? []).map(({ known }) => known?.event['resource'])
  return [...new Set(found.filter((name) => typeof name === 'string'))]
}

interface ResourceFormProps {
  readonly named: readonly string[]
  readonly resource: string | undefined
  readonly onOpen: (resource: string) => void
}

function ResourceForm({ resource, named, onOpen }: ResourceFormProps) {
  const submit = (form: FormData) => onOpen(formText(form, 'resource'))
  return (
    <form action={submit}>
      <label className="choice">
        <span>Lock</span>
        <input
          key={resource}
          name="resource"
          defaultValue={resource}
          list="locks"
          spellCheck={false}
        />
      </label>
      <datalist id="locks">
        {named.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </form>
  )
}

interface GrantProps {
  readonly resource: string
  readonly steps: readonly LockStepJson[]
}

function Grant({ resource, steps }: GrantProps) {
  const { token = null } = steps.findLast(({ status }) => status === 'GRANTED') ?? {}
  if (token === null) return null
  const claim = `lock:${resource}/${token}`
  return <EvidenceButton key={claim} claim={claim} label={`Explain grant #${token}`} />
}

function History({ resource }: { readonly resource: string }) {
  const query = useRead('lockHistory', { resource, limit: 1000 }, { keep: true })
  return (
    <Answered query={query}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty title={`Nobody has asked for ${resource} yet.`} />
        ) : (
          <>
            <div className="lock-recount">
              <RecountLock key={resource} resource={resource} />
              <Grant resource={resource} steps={data} />
            </div>
            <Table
              label={`History of ${resource}`}
              columns={STEPS}
              rows={data.toReversed()}
              rowKey={({ position }) => position}
            />
          </>
        )
      }
    </Answered>
  )
}
