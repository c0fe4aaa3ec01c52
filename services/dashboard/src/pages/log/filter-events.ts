import type { LogRecordJson } from '@waggle/api'

/** A record as a filter sees it: `event` is null where it could not be read. */
export type FilterRecord = LogRecordJson & { readonly event: unknown }

export interface FilterTask {
  readonly source: string
  readonly records: readonly FilterRecord[]
}

export interface FilterAnswer {
  readonly kept: readonly boolean[]
  /** Records the filter threw on. */
  readonly failed: number
  readonly firstFailure: string | null
  /** The filter is no expression. */
  readonly refused: string | null
}

export class FilterError extends Error {}

const LIMIT_MS = 2000

/**
 * Tests records by a JavaScript expression over `event` (and `record`), in a worker of its own that has neither
 * network nor storage. Throws a FilterError for what is no expression, or takes longer than two seconds.
 */
export async function filterEvents(
  source: string,
  records: readonly LogRecordJson[],
  signal: AbortSignal,
): Promise<FilterAnswer> {
  const worker = new Worker(new URL('./filter-worker.ts', import.meta.url), { type: 'module' })
  try {
    await messageOf(worker, signal)
    const task: FilterTask = {
      source,
      records: records.map((record) => ({ ...record, event: record.known?.event ?? null })),
    }
    worker.postMessage(task)
    const answer = (await messageOf(
      worker,
      AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    )) as FilterAnswer
    if (answer.refused !== null) throw new FilterError(answer.refused)
    return answer
  } finally {
    worker.terminate()
  }
}

function messageOf(worker: Worker, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const refuse = (what: string) => (): void => reject(new FilterError(what))
    worker.addEventListener('message', ({ data }) => resolve(data), { once: true })
    worker.addEventListener('error', refuse('The filter could not be run'), { once: true })
    const stop = (): void =>
      (signal.reason as { name?: string }).name === 'TimeoutError'
        ? refuse(`The filter took longer than ${LIMIT_MS / 1000} s for one page`)()
        : reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
}
