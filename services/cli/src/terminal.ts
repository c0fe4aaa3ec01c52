import type { Clock } from '@waggle/base'

/** Where progress is shown; standard error, so that what is piped on stays clean. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const WIDTH = 30
const COLUMNS = 80
/** Microseconds between two paintings. */
const REST = 100_000
export const CLEAR_LINE = '\r\u001B[K'

export interface ProgressBar {
  at(done: number, total: number): void
  /** Leaves the line empty. */
  end(): void
}

/** A line that is painted over, with what is counted and its rate; nothing where there is no terminal. */
export function startBar(
  title: string,
  terminal: Terminal,
  clock: Clock,
  unit = 'records',
): ProgressBar {
  if (terminal.isTTY !== true) return { at: () => {}, end: () => {} }
  const started = clock.now()
  let painted = 0
  return {
    at: (done, total) => {
      const now = clock.now()
      if (done < total && now - painted < REST) return
      painted = now
      // A line that wraps could not be painted over.
      const room = (terminal.columns || COLUMNS) - title.length - 2
      terminal.write(`${CLEAR_LINE}${title} ${barText(done, total, now - started, unit, room)}`)
    },
    end: () => void terminal.write(CLEAR_LINE),
  }
}

/** In `room` columns, with the bar as short as that takes: `[####------] 40 %  4,000/10,000 records, 2,000/s` */
export function barText(
  done: number,
  total: number,
  micros: number,
  unit = 'records',
  room = COLUMNS,
): string {
  const share = total === 0 ? 1 : done / total
  const rate = micros === 0 ? 0 : (done / micros) * 1e6
  const text = `] ${Math.floor(share * 100)} %  ${counted(done)}/${counted(total)} ${unit}, ${counted(Math.round(rate))}/s`
  const width = Math.max(0, Math.min(WIDTH, room - text.length - 1))
  const filled = Math.round(share * width)
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}${text}`
}

export function counted(count: number): string {
  return count.toLocaleString('en-US')
}
