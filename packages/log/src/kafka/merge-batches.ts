import type { LogBatch } from '../event-log.ts'

/** Batches of several sources as they come; ends when all have ended, and all end when one fails. */
export async function* mergeBatches(
  sources: readonly AsyncGenerator<LogBatch>[],
): AsyncGenerator<LogBatch> {
  const steps = new Map(sources.map((source) => [source, step(source)]))
  try {
    while (steps.size > 0) {
      const { source, result } = await Promise.race(steps.values())
      if (result.done === true) {
        steps.delete(source)
        continue
      }
      yield result.value
      steps.set(source, step(source))
    }
  } finally {
    for (const source of steps.keys()) source.return(undefined).catch(() => {})
  }
}

async function step(source: AsyncGenerator<LogBatch>) {
  return { source, result: await source.next() }
}
