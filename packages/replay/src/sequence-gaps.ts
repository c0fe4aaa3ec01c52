import { readAdmitted, type AdmittedSource } from '@waggle/consume'
import { EVENT_TOPICS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'

export interface SequenceGap {
  readonly swarm: string
  readonly agent: string
  readonly session: string
  /** Sequence numbers that no admitted event has, though later ones of the session do. */
  readonly missing: readonly SeqRange[]
}

/** From first to last, both included. */
export interface SeqRange {
  readonly from: number
  readonly to: number
}

/**
 * Events that producers numbered and the log does not have, or refused: a producer counts over all its
 * topics, so a hole shows a loss wherever it happened. Reads the whole log; memory is one number an event of
 * a session.
 */
export async function findSequenceGaps(source: AdmittedSource): Promise<SequenceGap[]> {
  const sessions = new Map<string, { swarm: string; agent: string; seqs: number[] }>()
  for (const end of await source.log.ends(partitionsOf(source.log, EVENT_TOPICS))) {
    for await (const batch of readAdmitted(source, end)) {
      for (const { envelope } of batch) {
        const { session, seq, swarm, agent } = envelope
        const known = sessions.get(session)
        if (known === undefined) sessions.set(session, { swarm, agent, seqs: [seq] })
        else known.seqs.push(seq)
      }
    }
  }
  return [...sessions].flatMap(([session, { swarm, agent, seqs }]) => {
    const missing = missingOf(seqs)
    return missing.length === 0 ? [] : [{ swarm, agent, session, missing }]
  })
}

/** What is missing from 1 to the largest, in runs. */
export function missingOf(seqs: readonly number[]): SeqRange[] {
  let next = 1
  return Float64Array.from(seqs)
    .sort()
    .reduce<SeqRange[]>((gaps, seq) => {
      if (seq > next) gaps.push({ from: next, to: seq - 1 })
      next = Math.max(next, seq + 1)
      return gaps
    }, [])
}
