import { isoOf, timeText } from './format.ts'

/** A moment in UTC; null is a dash. */
export function Time({ micros }: { readonly micros: number | null }) {
  if (micros === null) return <span className="faint">–</span>
  return (
    <time dateTime={isoOf(micros)} title={`${isoOf(micros)} (${micros} µs)`}>
      {timeText(micros)}
    </time>
  )
}
