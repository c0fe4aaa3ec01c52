import type { LiveStats } from '@waggle/api'
import { groupDigits } from '../../ui/format.ts'

/** The state of the bus in five numbers. */
export function Figures({ stats }: { readonly stats: LiveStats | undefined }) {
  const lags = Object.values(stats?.lag ?? {}).map(BigInt)
  const lag = lags.reduce((most, one) => (one > most ? one : most), 0n)
  const agents = Object.values(stats?.rates ?? {}).filter((rate) => rate > 0).length
  const figures: readonly (readonly [name: string, value: string | undefined, bad: boolean])[] = [
    ['Events in the last second', stats && String(stats.events), false],
    ['Agents that spoke in it', stats && String(agents), false],
    ['Records the slowest view is behind', stats && groupDigits(String(lag)), lag > 10_000n],
    [
      'Dead letters',
      stats && groupDigits(String(stats.dead_letters)),
      (stats?.dead_letters ?? 0) > 0,
    ],
    ['Alerts', stats && String(stats.alerts.length), (stats?.alerts.length ?? 0) > 0],
  ]
  return (
    <dl className="figures">
      {figures.map(([name, value, bad]) => (
        <div key={name} data-bad={bad || undefined}>
          <dt>{name}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}
