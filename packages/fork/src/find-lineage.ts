import { WaggleError } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { knownEventOf, readAdmitted } from '@waggle/consume'
import { isForkRun, partitionName, topicOf, type Fork } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import { forkLineage, rootLineage, type Lineage, type Offsets } from './lineage.ts'

export interface ForkSource {
  readonly log: EventLog
  readonly codec: Codec
}

/** Every fork of a swarm by its run; of two under one name the first counts, for what it said stands. */
export async function forksOf(
  { log, codec }: ForkSource,
  swarm: string,
): Promise<ReadonlyMap<string, Fork>> {
  const forks = new Map<string, Fork>()
  for (const end of await log.ends(partitionsOf(log, [topicOf('fork')]))) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      for (const record of batch) {
        const { run, swarm: of } = record.envelope
        if (record.writer.kind !== 'fork' || of !== swarm || run === null || forks.has(run))
          continue
        forks.set(run, knownEventOf(record).event as Fork)
      }
    }
  }
  return forks
}

/** What a run consists of, by the log alone. NOT_FOUND for a fork that nobody made. */
export async function lineageOf(
  source: ForkSource,
  swarm: string,
  run: string | null,
): Promise<Lineage> {
  if (run === null || !isForkRun(run)) return rootLineage(swarm, run)
  const forks = await forksOf(source, swarm)
  const seen = new Set<string>()
  const follow = (name: string | null): Lineage => {
    if (name === null || !isForkRun(name)) return rootLineage(swarm, name)
    const fork = forks.get(name)
    // A foreign producer may name itself as its parent.
    if (fork === undefined || seen.has(name))
      throw new WaggleError('NOT_FOUND', `Swarm ${swarm} has no fork ${name}`, { input: name })
    seen.add(name)
    return forkLineage(follow(fork.parent_run), name, cutOf(fork))
  }
  return follow(run)
}

export function cutOf({ positions }: Fork): Offsets {
  return new Map(positions.map((at) => [partitionName(at), BigInt(at.offset)]))
}
