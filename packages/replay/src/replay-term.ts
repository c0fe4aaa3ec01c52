import { isWaggleError } from '@waggle/base'
import type { EnvelopeView } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import { EVENT_TOPICS, parsePosition, partitionName, type Position } from '@waggle/event'
import { blockReadsOf, type RecordBlock } from '@waggle/log'
import type { KnownBlock } from './known-batch.ts'
import { mergeBlocks } from './merge-blocks.ts'
import { judgeRest, readKnown, selectJudged, type ReplaySource, type Wanted } from './read-known.ts'
import { sortedEnds, type ReplayOptions } from './replay.ts'
import type { TrajectoryIndex } from './trajectory-index/project-trajectories.ts'
import { PROPOSAL_KINDS, proposalOf, type Term } from './trajectory-index/terms.ts'

export interface TermOptions extends ReplayOptions {
  readonly swarm: string
  /** Without it the whole log is read. */
  readonly index?: TrajectoryIndex
}

/**
 * Events with a term, or all, in the order of replay: read from where the index says they stand, and what the
 * index has not come to yet from the log. The same with and without an index, which makes it only faster.
 */
export async function* replayTerm(
  options: TermOptions,
  term: Term | undefined,
): AsyncGenerator<KnownEvent[]> {
  const { log, codec, index, topics = EVENT_TOPICS, start } = options
  const ends = options.ends ?? (await sortedEnds(log, topics))
  const wanted = term === undefined ? options : wantedOf(options, term)
  const source = index === undefined ? options : { ...options, judgments: index }
  const partitions = ends.map((end) => {
    const from = start?.get(partitionName(end)) ?? 0
    if (index === undefined || term === undefined) return readKnown(source, wanted, end, from)
    const offsets = index.find(end, options, term).filter((offset) => offset >= from)
    return readPicked(source, wanted, end, offsets, from)
  })
  for await (const batch of mergeBlocks(partitions, codec, options.batchRecords)) {
    const events = batch.events()
    yield term !== undefined && 'proposal' in term
      ? events.filter(({ event }) => proposalOf(event) === term.proposal)
      : events
  }
}

/** The term as a choice by routing fields, and what was chosen before. */
function wantedOf(options: TermOptions, term: Term): Wanted {
  const { where, kinds } = options
  if ('proposal' in term) {
    const own = [...PROPOSAL_KINDS].filter((kind) => kinds?.has(kind) ?? true)
    return { ...options, kinds: new Set(own) }
  }
  const has = (envelope: EnvelopeView): boolean =>
    ('agent' in term && envelope.agent === term.agent) ||
    ('trajectory' in term && envelope.trajectory === term.trajectory) ||
    ('id' in term && envelope.id === term.id) ||
    ('cause' in term && envelope.cause === term.cause)
  return { ...options, where: (envelope) => has(envelope) && (where?.(envelope) ?? true) }
}

const PICKED_RECORDS = 4096

async function* readPicked(
  source: ReplaySource,
  wanted: Wanted,
  end: Position,
  offsets: readonly number[],
  from: number,
): AsyncGenerator<KnownBlock> {
  const prefix = await source.judgments?.of(end)
  if (prefix !== undefined) {
    const stop = Math.min(Number(end.offset), prefix.nextOffset)
    const inside = offsets.filter((offset) => offset < stop)
    for (let at = 0; at < inside.length; at += PICKED_RECORDS) {
      const block = await readWhole(source, end, inside.slice(at, at + PICKED_RECORDS))
      const { known, beyond } = await selectJudged(source.codec, wanted, prefix, block)
      yield known
      if (beyond) return
    }
  }
  yield* judgeRest(source, wanted, end, prefix, from)
}

/** The records at these offsets; damage is met as the source says. */
async function readWhole(
  source: ReplaySource,
  at: Position,
  offsets: readonly number[],
): Promise<RecordBlock> {
  const { log, onDamage = 'stop' } = source
  for (let left = offsets; ;) {
    try {
      return await blockReadsOf(log).readAt(at, left)
    } catch (error) {
      if (onDamage === 'stop' || !isWaggleError(error, 'LOG_CORRUPT')) throw error
      const damaged = typeof error.input === 'string' ? parsePosition(error.input) : undefined
      if (damaged === undefined) throw error
      onDamage(error)
      left = left.filter((offset) => offset !== Number(damaged.offset))
    }
  }
}
