export interface PlotPoint {
  readonly x: number
  readonly y: number
}

export interface LinePlotProps {
  /** What it shows, also for those who do not see it. */
  readonly label: string
  readonly points: readonly PlotPoint[]
  readonly xText: (x: number) => string
  readonly yText: (y: number) => string
}

const WIDTH = 480
const HEIGHT = 132
const LEFT = 46
const BOTTOM = 20
const TOP = 18

/** A line through a few points; what has thousands of them takes a real chart. */
export function LinePlot({ label, points, xText, yText }: LinePlotProps) {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined) return null
  const low = Math.min(...points.map(({ y }) => y))
  const high = Math.max(...points.map(({ y }) => y))
  const xOf = (x: number): number =>
    LEFT + ((x - first.x) / (last.x - first.x || 1)) * (WIDTH - LEFT - 12)
  const yOf = (y: number): number =>
    HEIGHT - BOTTOM - ((y - low) / (high - low || 1)) * (HEIGHT - BOTTOM - TOP)
  const path = points.map(({ x, y }) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`).join(' ')
  return (
    <svg className="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <text x={LEFT} y={12}>
        {label}
      </text>
      {[...new Set([low, high])].map((y) => (
        <g key={y}>
          <line x1={LEFT} x2={WIDTH - 12} y1={yOf(y)} y2={yOf(y)} className="grid" />
          <text x={LEFT - 6} y={yOf(y) + 4} textAnchor="end">
            {yText(y)}
          </text>
        </g>
      ))}
      <text x={LEFT} y={HEIGHT - 5}>
        {xText(first.x)}
      </text>
      <text x={WIDTH - 12} y={HEIGHT - 5} textAnchor="end">
        {xText(last.x)}
      </text>
      <polyline points={path} className="line" />
      {points.map(({ x, y }) => (
        <circle key={x} cx={xOf(x)} cy={yOf(y)} r={2.5} className="dot">
          <title>{`${xText(x)}: ${yText(y)}`}</title>
        </circle>
      ))}
    </svg>
  )
}
