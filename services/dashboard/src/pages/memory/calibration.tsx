import type { CalibrationJson } from '@waggle/api'
import { Choice } from '../../ui/choice.tsx'
import { useRead } from '../../app/read.ts'
import { useUrl } from '../../app/url.ts'
import { Answered } from '../../ui/answered.tsx'
import { Empty } from '../../ui/empty.tsx'
import { EvidenceButton } from '../../ui/evidence-button.tsx'
import { numberText, percentText } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Figure } from './figures.tsx'

/** Decision quality: what agents said they were sure of, against what came of it. */
export function Calibration() {
  const [search, change] = useUrl()
  const agent = search['agent']
  const agents = useRead('agents', { left: 'true' }, { every: 0 }).data?.data ?? []
  const query = useRead('calibration', agent === undefined ? {} : { agent }, { keep: true })
  return (
    <Panel
      title="Decision quality and calibration"
      span={6}
      aside={
        <Choice
          label="Agent"
          value={agent ?? ''}
          options={[
            ['', 'all'],
            ...[
              ...new Set([
                ...agents.map((one) => one.agent),
                ...(agent === undefined ? [] : [agent]),
              ]),
            ].map((name) => [name, name] as const),
          ]}
          onChange={(name) => change({ agent: name })}
        />
      }
    >
      <Answered query={query}>
        {({ data }) =>
          data.count === 0 ? (
            <Empty title="No decision has been judged by its outcome yet." command="npm run demo" />
          ) : (
            <Quality calibration={data} agent={agent ?? EVERYONE} />
          )
        }
      </Answered>
    </Panel>
  )
}

const FIGURES = [
  ['brier', 'the Brier score'],
  ['return', 'the mean return'],
  ['hit-rate', 'the hit rate'],
] as const

/** In a claim, in place of an agent. */
const EVERYONE = '*'

interface QualityProps {
  readonly calibration: CalibrationJson
  readonly agent: string
}

function Quality({ calibration, agent }: QualityProps) {
  const { count, brier, log_score, mean_return, rows } = calibration
  return (
    <>
      <dl className="figures">
        <Figure name="Judged decisions" value={numberText(count, 0)} />
        <Figure name="Brier (0 best)" value={numberText(brier, 4)} />
        <Figure name="Log score" value={numberText(log_score, 4)} />
        <Figure name="Mean return" value={percentText(mean_return, 3)} />
      </dl>
      <p className="row">
        {FIGURES.map(([figure, label]) => (
          <EvidenceButton
            key={`${figure}/${agent}`}
            claim={`figure:${figure}/${agent}`}
            label={`Explain ${label}`}
          />
        ))}
      </p>
      <Curve rows={rows.filter((row) => row.count > 0)} />
    </>
  )
}

const SIZE = 260
const LEFT = 40
const BOTTOM = 34

/** Stated confidence to the right, what came true upwards; on the diagonal both are the same. */
function Curve({ rows }: Pick<CalibrationJson, 'rows'>) {
  const xOf = (share: number): number => LEFT + share * (SIZE - LEFT - 14)
  const yOf = (share: number): number => SIZE - BOTTOM - share * (SIZE - BOTTOM - 8)
  const most = Math.max(...rows.map(({ count }) => count), 1)
  return (
    <div className="calibration">
      <svg
        className="plot"
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        role="img"
        aria-label="Calibration: stated confidence against what came true; the numbers stand beside"
      >
        <line x1={xOf(0)} y1={yOf(0)} x2={xOf(1)} y2={yOf(1)} className="diagonal" />
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line x1={xOf(0)} x2={xOf(1)} y1={yOf(share)} y2={yOf(share)} className="grid" />
            <line x1={xOf(share)} x2={xOf(share)} y1={yOf(0)} y2={yOf(1)} className="grid" />
            <text x={LEFT - 5} y={yOf(share) + 4} textAnchor="end">
              {100 * share} %
            </text>
            <text x={xOf(share)} y={SIZE - BOTTOM + 13} textAnchor="middle">
              {100 * share}
            </text>
          </g>
        ))}
        <text x={xOf(0.5)} y={SIZE - 5} textAnchor="middle">
          stated; came true upwards
        </text>
        <polyline
          points={rows.map(({ stated, realised }) => `${xOf(stated)},${yOf(realised)}`).join(' ')}
          className="line"
        />
        {rows.map(({ from, stated, realised, count }) => (
          <circle
            key={from}
            cx={xOf(stated)}
            cy={yOf(realised)}
            r={2 + 5 * Math.sqrt(count / most)}
            className="dot"
          >
            <title>{`stated ${percentText(stated)}, came true ${percentText(realised)}, ${count} decisions`}</title>
          </circle>
        ))}
      </svg>
      <Tenths rows={rows} />
    </div>
  )
}

function Tenths({ rows }: Pick<CalibrationJson, 'rows'>) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Confidence</th>
          <th scope="col" data-align="right">
            Decisions
          </th>
          <th scope="col" data-align="right">
            Stated
          </th>
          <th scope="col" data-align="right">
            Came true
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ from, to, count, stated, realised }) => (
          <tr key={from}>
            <td>
              {numberText(100 * from, 0)} to {percentText(to, 0)}
            </td>
            <td data-align="right">{count}</td>
            <td data-align="right">{percentText(stated)}</td>
            <td data-align="right">{percentText(realised)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
