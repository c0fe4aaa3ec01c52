import { percentText } from '../../ui/format.ts'

export interface QuorumBarProps {
  /** Shares of the electorate's weight. */
  readonly turnout: number
  readonly quorum: number | null
}

/** How much of the electorate has voted, and the mark it has to reach. */
export function QuorumBar({ turnout, quorum }: QuorumBarProps) {
  const reached = quorum === null || turnout >= quorum
  const needs = quorum === null ? 'no quorum' : `quorum ${percentText(quorum, 0)}`
  return (
    <div className="quorum">
      <div
        className="quorum-bar"
        role="meter"
        aria-label="Turnout"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(turnout * 100)}
        aria-valuetext={`${percentText(turnout, 0)} voted, ${needs}`}
        data-reached={reached}
      >
        <div style={{ width: `${Math.min(turnout, 1) * 100}%` }} />
        {quorum === null ? null : <i style={{ left: `${Math.min(quorum, 1) * 100}%` }} />}
      </div>
      <span>
        {percentText(turnout, 0)} voted, {needs}
        {quorum === null ? '' : reached ? ': reached' : ': not reached'}
      </span>
    </div>
  )
}
