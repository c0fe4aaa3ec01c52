import type { KnownEventJson } from '@waggle/api'
import { useMemo, type KeyboardEvent } from 'react'
import { eventSummary } from '../../parts/event-summary.ts'
import { isoOf, timeText } from '../../ui/format.ts'
import type { ViewProps } from './view-props.ts'

/** Events in lanes along time: by agent, or by kind where there is one agent. */
export function Timeline({ events, selected, onOpen }: ViewProps) {
  const lanes = useMemo(() => lanesOf(events), [events])
  const first = events[0]?.known_from ?? 0
  const last = events.at(-1)?.known_from ?? first
  const share = ({ known_from }: KnownEventJson): string =>
    `${last === first ? 50 : (100 * (known_from - first)) / (last - first)}%`
  // Within one second only the fraction tells the ends apart.
  const endText = last - first < 1e6 ? isoOf : timeText
  // One stop for the Tab key: the chosen event, or the first.
  const stop = events.find(({ event }) => event.id === selected)?.event.id ?? events[0]?.event.id
  const move = (pressed: KeyboardEvent<HTMLElement>) => {
    const by = pressed.key === 'ArrowRight' ? 1 : pressed.key === 'ArrowLeft' ? -1 : 0
    const next = events[events.findIndex(({ event }) => event.id === stop) + by]
    if (by === 0 || next === undefined) return
    pressed.preventDefault()
    onOpen(next.event.id)
    const dot = `[data-event="${next.event.id}"]`
    pressed.currentTarget.querySelector<HTMLElement>(dot)?.focus()
  }
  return (
    <div className="timeline" role="group" aria-label="Events along time" onKeyDown={move}>
      {lanes.map(([name, inLane]) => (
        <div className="lane" key={name}>
          <span className="lane-name">{name}</span>
          <div className="lane-line">
            {inLane.map((known) => (
              <button
                key={known.event.id}
                type="button"
                data-event={known.event.id}
                tabIndex={known.event.id === stop ? 0 : -1}
                aria-pressed={known.event.id === selected}
                aria-label={`${known.event.kind} at ${timeText(known.known_from)}`}
                title={`${timeText(known.known_from)} ${known.event.kind}: ${eventSummary(known.event)}`}
                style={{ left: share(known) }}
                onClick={() => onOpen(known.event.id)}
              />
            ))}
          </div>
        </div>
      ))}
      <div className="lane faint">
        <span className="lane-name" />
        <div className="lane-ends">
          <span>{endText(first)}</span>
          <span>{endText(last)}</span>
        </div>
      </div>
    </div>
  )
}

function lanesOf(events: readonly KnownEventJson[]): [string, KnownEventJson[]][] {
  const byAgent = Map.groupBy(events, ({ event }) => event.agent)
  const lanes = byAgent.size > 1 ? byAgent : Map.groupBy(events, ({ event }) => event.kind)
  return [...lanes].sort(([a], [b]) => a.localeCompare(b))
}
