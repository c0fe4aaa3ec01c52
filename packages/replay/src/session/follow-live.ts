import type { KnownEvent } from '@waggle/consume'
import { EVENT_TOPICS, partitionName, type Position, type TopicPartition } from '@waggle/event'
import type { JudgedPrefix } from '../judgments.ts'
import type { ReplaySource } from '../read-known.ts'
import { sortedEnds } from '../replay.ts'

export interface LiveOptions extends ReplaySource {
  readonly signal: AbortSignal
  /** Where the stretch before ended. */
  readonly ends: readonly Position[]
  readonly onEnds: (ends: readonly Position[]) => void
  readonly open: (
    source: ReplaySource,
    start: ReadonlyMap<string, number>,
    ends: readonly Position[],
  ) => AsyncIterable<KnownEvent[]>
}

/**
 * What is appended behind some ends, stretch by stretch: each is in the order of replay within itself. An event that is
 * appended later than one it counts as known before comes later here: live, nobody can know that it will come.
 */
export async function* liveStretches(options: LiveOptions): AsyncGenerator<KnownEvent[]> {
  const { log, signal, onEnds, open } = options
  const judged = new Map<string, JudgedPrefix>()
  const onJudged: ReplaySource['onJudged'] = (at, nextOffset, admission) =>
    void judged.set(partitionName(at), { nextOffset, admission, exceptions: () => undefined })
  // Readers of a stretch start where the one before ended, so that they need of the past its admission alone.
  const judgments = {
    of: async (at: TopicPartition) => judged.get(partitionName(at)) ?? options.judgments?.of(at),
  }
  let { ends } = options
  for (;;) {
    const abort = new AbortController()
    const tail = log.tail(await complete(log, ends), {
      signal: AbortSignal.any([signal, abort.signal]),
      maxRecords: 1,
    })
    for await (const { records } of tail) if (records.length > 0) abort.abort()
    if (signal.aborted) return
    const start = new Map(ends.map((end) => [partitionName(end), Number(end.offset)]))
    ends = await sortedEnds(log, EVENT_TOPICS)
    onEnds(ends)
    yield* open({ ...options, judgments, onJudged }, start, ends)
  }
}

/** Ends of every partition: a token leaves out those that were empty. */
async function complete(log: LiveOptions['log'], ends: readonly Position[]): Promise<Position[]> {
  const known = new Map(ends.map((end) => [partitionName(end), end]))
  const all = await sortedEnds(log, EVENT_TOPICS)
  return all.map((end) => known.get(partitionName(end)) ?? { ...end, offset: 0n })
}
