import type { KnownEventJson } from '@waggle/api'
import { useRead } from '../../app/read.ts'
import { useUrl } from '../../app/url.ts'
import { eventScore, eventSummary } from '../../parts/event-summary.ts'
import { Answered } from '../../ui/answered.tsx'
import { Badge } from '../../ui/badge.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { isoOf, numberText } from '../../ui/format.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { PageLink } from '../../ui/page-link.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Time } from '../../ui/time.tsx'

/** One event, and from it to its causes, inputs and effects. */
export function EventPanel({ id }: { readonly id: string }) {
  const [, change] = useUrl()
  const query = useRead('causation', { id }, { every: 0, keep: true })
  const close = (
    <button type="button" className="quiet" onClick={() => change({ event: undefined })}>
      Close
    </button>
  )
  return (
    <Panel title="Causes and effects" span={5} aside={close}>
      <Answered query={query}>
        {({ data: { event, causes, inputs, effects } }) => (
          <div className="event-panel">
            <Jumps title="Caused by" events={causes} none="It names no cause." />
            <Jumps title="Rested on" events={inputs} none="It names no input." />
            <Chosen known={event} />
            <Jumps title="Led to" events={effects} none="Nothing names it as its cause yet." />
            <JsonTree value={event.event} name="event" />
          </div>
        )}
      </Answered>
    </Panel>
  )
}

function Chosen({ known }: { readonly known: KnownEventJson }) {
  const { event, position, known_from, late } = known
  return (
    <article className="chosen" aria-label={`${event.kind} of ${event.agent}`}>
      <h3>
        {event.kind} <span className="faint">of</span>{' '}
        <PageLink page="/agent" search={{ agent: event.agent, as_of: isoOf(known_from) }}>
          {event.agent}
        </PageLink>{' '}
        {late ? <Badge tone="warn">late: claims an earlier time</Badge> : null}
      </h3>
      <p>
        <Time micros={known_from} /> <code>{position}</code> <CopyButton text={position} />
      </p>
      {event.trajectory === null ? null : (
        <p>
          <PageLink page="/trajectory" search={{ trajectory: event.trajectory, event: event.id }}>
            {event.trajectory}
          </PageLink>
        </p>
      )}
    </article>
  )
}

interface JumpsProps {
  readonly title: string
  readonly events: readonly KnownEventJson[]
  readonly none: string
}

function Jumps({ title, events, none }: JumpsProps) {
  const [, change] = useUrl()
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {events.length === 0 ? <p className="faint">{none}</p> : null}
      <ul className="jumps">
        {events.map(({ event, known_from }) => (
          <li key={event.id}>
            <button type="button" onClick={() => change({ event: event.id })}>
              <strong>{event.kind}</strong> {event.agent} <Time micros={known_from} />
              <ScoreOf event={event} />
              <span className="faint">{eventSummary(event)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ScoreOf({ event }: { readonly event: KnownEventJson['event'] }) {
  const score = eventScore(event)
  return score === undefined ? null : (
    <span>
      {score.name} {numberText(score.value, 3)}
    </span>
  )
}
