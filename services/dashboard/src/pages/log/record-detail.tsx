import type { LogRecordJson } from '@waggle/api'
import { useUrl } from '../../app/url.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { EventLink } from '../../ui/event-link.tsx'
import { EvidenceButton } from '../../ui/evidence-button.tsx'
import { bytesText } from '../../ui/format.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { PageLink } from '../../ui/page-link.tsx'
import { Time } from '../../ui/time.tsx'
import { HexBlock } from './hex-block.tsx'

/** A record in full: where it stands, what it says or why it could not be read, and what it belongs to. */
export function RecordDetail({ record }: { readonly record: LogRecordJson }) {
  const { position, append_time, key, bytes, schema_id, known, refused, head } = record
  return (
    <>
      <p className="row">
        <code>{position}</code>
        <CopyButton text={position} label="Copy position" />
      </p>
      <p className="row faint">
        <span>
          taken <Time micros={append_time} />
        </span>
        <span>{bytesText(bytes)}</span>
        <span>schema {schema_id ?? 'unknown'}</span>
        <span>key {key ?? 'none'}</span>
      </p>
      {refused === null ? null : (
        <div className="problem">
          <p>
            <Badge tone="bad">{refused.code}</Badge> {refused.reason}
          </p>
          <p>
            No view has it. <PageLink page="/projections">Dead letters</PageLink> hold it with its
            bytes, and give it again where the fault has gone.
          </p>
        </div>
      )}
      {known === null ? null : <Jumps event={known.event} />}
      {known === null ? null : <JsonTree value={known.event} />}
      {head === null ? null : (
        <>
          <h3>Bytes{bytes > head.length / 2 ? `, the first ${head.length / 2}` : ''}</h3>
          <HexBlock label="Raw bytes" hex={head} />
        </>
      )}
    </>
  )
}

function Jumps({ event }: { readonly event: NonNullable<LogRecordJson['known']>['event'] }) {
  const [, change] = useUrl()
  const { id, kind, agent, cause, trajectory, run } = event
  return (
    <p className="row">
      <EventLink id={id} text="Causes and effects" />
      {cause === null ? null : <EventLink id={cause} text="Its cause" />}
      {trajectory === null ? null : (
        <PageLink page="/trajectory" search={{ trajectory, run: run ?? undefined }}>
          Trajectory {trajectory}
        </PageLink>
      )}
      <button type="button" className="quiet" onClick={() => change({ agent })}>
        Only {agent}
      </button>
      <button type="button" className="quiet" onClick={() => change({ kind })}>
        Only {kind}
      </button>
      {kind === 'decision' ? <EvidenceButton key={id} claim={`decision:${id}`} /> : null}
    </p>
  )
}
