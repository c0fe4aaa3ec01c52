import type { ProposalJson } from '@waggle/api'
import { EventLink } from '../../ui/event-link.tsx'
import { numberText } from '../../ui/format.ts'

/** Who voted what, with which weight and why. */
export function Votes({ votes }: Pick<ProposalJson, 'votes'>) {
  if (votes.length === 0) return <p className="faint">Nobody has voted yet.</p>
  return (
    <ul className="votes" aria-label="Votes">
      {votes.map(({ agent, choice, weight, reason, position }) => (
        <li key={agent}>
          <span className="row">
            <strong>{agent}</strong> {choice}
            <span className="faint">weight {numberText(weight, 3)}</span>
            {position === null ? null : <EventLink id={position} />}
          </span>
          {reason === '' ? null : <q>{reason}</q>}
        </li>
      ))}
    </ul>
  )
}

/** Votes that did not count, and why. */
export function Uncounted({ uncounted }: Pick<ProposalJson, 'uncounted'>) {
  if (uncounted.length === 0) return null
  return (
    <section aria-label="Not counted">
      <h3>Not counted</h3>
      <ul className="votes">
        {uncounted.map(({ agent, offset, reason }) => (
          <li key={`${agent}@${offset}`}>
            <strong>{agent}</strong> at offset {offset}: {reason}
          </li>
        ))}
      </ul>
    </section>
  )
}
