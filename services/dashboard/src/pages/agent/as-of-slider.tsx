import { useState } from 'react'
import { useRead } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { useUrl } from '../../app/url.ts'
import { isoOf, microsOfText, timeText } from '../../ui/format.ts'

const STEPS = 2000

/** The whole time of a run under one thumb: what is shown below is as of where it stands. */
export function AsOfSlider() {
  const [, change] = useUrl()
  const { asOf } = useScope()
  const [dragged, drag] = useState<number>()
  const info = useRead('swarm', {}, { now: true }).data?.data
  const members = useRead('agents', { left: 'true' }, { every: 0, now: true })
  const joined = (members.data?.data ?? []).map((one) => one.joined_at)
  const last = info?.clock ?? 0
  const first = Math.min(last, ...joined)
  const step = Math.max(1, (last - first) / STEPS)
  const at = dragged ?? (asOf === undefined ? last : (microsOfText(asOf) ?? last))
  const commit = () => {
    if (dragged === undefined) return
    drag(undefined)
    change({ as_of: dragged >= last ? undefined : isoOf(Math.round(dragged)), decision: undefined })
  }
  if (last === 0) return null
  return (
    <div className="as-of-slider">
      <span className="faint">{timeText(first)}</span>
      <input
        type="range"
        aria-label="As of"
        aria-valuetext={timeText(at)}
        min={0}
        max={STEPS}
        step={1}
        value={Math.round((at - first) / step)}
        onChange={(event) => drag(Math.min(last, first + Number(event.target.value) * step))}
        onPointerUp={commit}
        onKeyUp={commit}
        onBlur={commit}
      />
      <output className="number">
        {asOf === undefined && dragged === undefined ? 'now' : timeText(at)}
      </output>
    </div>
  )
}
