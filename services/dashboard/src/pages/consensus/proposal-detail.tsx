import type { ProposalJson } from '@waggle/api'
import { useRead } from '../../app/read.ts'
import { Answered } from '../../ui/answered.tsx'
import { EventLink } from '../../ui/event-link.tsx'
import { EvidenceButton } from '../../ui/evidence-button.tsx'
import { numberText } from '../../ui/format.ts'
import { PageLink } from '../../ui/page-link.tsx'
import { Time } from '../../ui/time.tsx'
import { QuorumBar } from './quorum-bar.tsx'
import { Recount } from './recount.tsx'
import { StatusBadge } from './status-badge.tsx'
import { Uncounted, Votes } from './votes.tsx'

/** Question, rule, quorum, votes with their weights and reasons, and what did not count. */
export function ProposalDetail({ name }: { readonly name: string }) {
  const query = useRead('proposal', { proposal: name }, { keep: true })
  return <Answered query={query}>{({ data }) => <Detail proposal={data} />}</Answered>
}

function Detail({ proposal }: { readonly proposal: ProposalJson }) {
  const { status, winner, value, proposer, rule, deadline_at, decided_at } = proposal
  return (
    <div className="stack">
      <p className="lead">{proposal.question}</p>
      <p className="row">
        <StatusBadge status={status} />
        {winner === null ? null : <strong>{winner}</strong>}
        {value === null ? null : <strong>{numberText(value, 4)}</strong>}
        {decided_at === null ? null : <EventLink id={decided_at} text="the result" />}
      </p>
      <QuorumBar turnout={proposal.turnout} quorum={proposal.quorum} />
      <dl className="facts">
        <div>
          <dt>Proposal</dt>
          <dd>
            <PageLink page="/trajectory" search={{ proposal: proposal.proposal }}>
              <code>{proposal.proposal}</code>
            </PageLink>
          </dd>
        </div>
        <div>
          <dt>Proposer</dt>
          <dd>{proposer ?? '–'}</dd>
        </div>
        <div>
          <dt>Rule</dt>
          <dd>{rule}</dd>
        </div>
        <div>
          <dt>Deadline</dt>
          <dd>
            <Time micros={deadline_at} />
          </dd>
        </div>
      </dl>
      <Tallies proposal={proposal} />
      <Votes votes={proposal.votes} />
      <Uncounted uncounted={proposal.uncounted} />
      {proposal.evidence.length === 0 ? null : (
        <p className="row">
          <span className="faint">Rests on</span>
          {proposal.evidence.map((id) => (
            <EventLink key={id} id={id} />
          ))}
        </p>
      )}
      <div className="row">
        <Recount key={proposal.proposal} proposal={proposal.proposal} />
        <EvidenceButton key={`e/${proposal.proposal}`} claim={`proposal:${proposal.proposal}`} />
      </div>
    </div>
  )
}

function Tallies({ proposal: { tallies, options, winner } }: { readonly proposal: ProposalJson }) {
  const known = new Map(tallies.map((one) => [one.choice, one]))
  const choices = [...new Set([...options, ...known.keys()])]
  const most = Math.max(...tallies.map(({ weight }) => weight), Number.MIN_VALUE)
  return (
    <table className="rows tallies">
      <caption>Tallies</caption>
      <thead>
        <tr>
          <th scope="col">Choice</th>
          <th scope="col" data-align="right">
            Votes
          </th>
          <th scope="col" data-align="right">
            Weight
          </th>
          <th scope="col" className="bar-cell">
            <span className="unseen">Bar</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {choices.map((choice) => {
          const { weight, votes } = known.get(choice) ?? { weight: 0, votes: 0 }
          return (
            <tr key={choice} data-open={choice === winner || undefined}>
              <th scope="row">{choice}</th>
              <td data-align="right">{votes}</td>
              <td data-align="right">{numberText(weight, 3)}</td>
              <td className="bar-cell">
                <div className="bar" style={{ width: `${(100 * Math.max(weight, 0)) / most}%` }} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
