import type { CommandDeps } from './program/command.ts'
import { startBar, type ProgressBar } from './terminal.ts'

/** Work that tells how far it is, under a bar that is gone when it ends or fails. */
export async function withBar<T>(
  { title, unit }: { readonly title: string; readonly unit?: string },
  { terminal, clock }: CommandDeps,
  work: (onProgress: ProgressBar['at']) => Promise<T>,
): Promise<T> {
  const bar = startBar(title, terminal, clock, unit)
  let shown = -1
  try {
    return await work((done, total) => {
      if (done === shown) return
      shown = done
      bar.at(done, total)
    })
  } finally {
    bar.end()
  }
}
