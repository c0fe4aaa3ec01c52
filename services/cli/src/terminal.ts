import type { Clock } from '@waggle/base'

/** Where progress is shown; standard error, so that what is piped on stays clean. */
export interface Terminal {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const WIDTH = 30
/** Microseconds between two paintings. */
const REST = 100_000
export const CLEAR_LINE = '\r\u001B[K'

export interface ProgressBar {
  at(done: number, total: number): void
  /** Leaves the line empty. */
  end(): void
}

/** A line that is painted over, with records and their rate; nothing where there is no terminal. */
export function startBar(title: string, terminal: Terminal, clock: Clock): ProgressBar {
  if (terminal.isTTY !== true) return { at: () => {}, end: () => {} }
  const started = clock.now()
  let painted = 0
  return {
    at: (done, total) => {
      const now = clock.now()
      if (done < total && now - painted < REST) return
      painted = now
      terminal.write(`${CLEAR_LINE}${title} ${barText(done, total, now - started)}`)
    },
    end: () => void terminal.write(CLEAR_LINE),
  }
}

/** `[####------] 40 %  4,000/10,000 records, 2,000/s` */
export function barText(done: number, total: number, micros: number): string {
  const share = total === 0 ? 1 : done / total
  const filled = Math.round(share * WIDTH)
  const bar = '#'.repeat(filled) + '-'.repeat(WIDTH - filled)
  const rate = micros === 0 ? 0 : (done / micros) * 1e6
  return `[${bar}] ${Math.floor(share * 100)} %  ${counted(done)}/${counted(total)} records, ${counted(Math.round(rate))}/s`
}

export function counted(count: number): string {
  return count.toLocaleString('en-US')
}
