import { SingleBar } from 'cli-progress'
import type { DemoOutput } from './demo-output.ts'

export interface Progress {
  at(done: number, date: string): void
  end(): void
}

const SHARES = 10

/** A bar in a terminal; a line per tenth elsewhere; nothing when quiet. */
export function startProgress(total: number, quiet: boolean, output: DemoOutput): Progress {
  if (quiet) return { at: () => {}, end: () => {} }
  if (process.stderr.isTTY) {
    const bar = new SingleBar({
      format: 'Trading {bar} {percentage} % | {date} | {value}/{total} bars | {eta} s left',
      hideCursor: true,
    })
    bar.start(total, 0, { date: '' })
    return { at: (done, date) => bar.update(done, { date }), end: () => bar.stop() }
  }
  let told = 0
  return {
    at: (done, date) => {
      const share = Math.floor((done / total) * SHARES)
      if (share > told) output.write(`Trading: ${(told = share) * SHARES} %, ${date}\n`)
    },
    end: () => {},
  }
}
