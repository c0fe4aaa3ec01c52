import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { microsOf, WaggleError } from '@waggle/base'
import { EVENT_TOPICS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { readAdmitted } from '@waggle/consume'
import { readTrajectoryIndex, type TrajectoryIndex } from '@waggle/replay'
import { openLmdbIndexStore } from '@waggle/replay/lmdb'
import type { Environment } from '@waggle/service'
import { z } from 'zod'
import { openLog, type OpenedLog } from './open-log.ts'
import { option } from './program/command.ts'

export const DATA_HELP =
  'folder of an embedded bus; without it, the cluster that WAGGLE_ variables name'

/** What every command that replays can be told. */
export const SOURCE_OPTIONS = {
  data: option('DIR', DATA_HELP, z.string().min(1).optional()),
  swarm: option(
    'NAME',
    'the swarm; needed where the log has several',
    z.string().min(1).max(128).optional(),
  ),
  run: option(
    'NAME',
    'the run; `live`, which is what belongs to none, if left out',
    z.string().min(1).max(128).optional(),
  ),
}

/** ISO 8601 -> microseconds. */
export const timeOption = z
  .string()
  .transform((text) => microsOf(text))
  .refine((time) => Number.isFinite(time), { message: 'is no time in ISO 8601' })

export interface ReplayScope extends OpenedLog {
  readonly swarm: string
  /** null is live. */
  readonly run: string | null
  readonly index?: TrajectoryIndex
}

export interface SourceWanted {
  readonly data?: string | undefined
  readonly swarm?: string | undefined
  readonly run?: string | undefined
}

/** Opens log and index, and closes them behind `use`. */
export async function withSource(
  { data, swarm, run }: SourceWanted,
  environment: Environment,
  use: (scope: ReplayScope) => Promise<number>,
): Promise<number> {
  const opened = await openLog(data, environment)
  const folder = data === undefined ? undefined : join(data, 'trajectory-index')
  const store = folder !== undefined && existsSync(folder) ? openLmdbIndexStore(folder) : undefined
  try {
    const index = store === undefined ? undefined : readTrajectoryIndex({ store, log: opened.log })
    return await use({
      ...opened,
      swarm: swarm ?? (await onlySwarm(opened)),
      run: run === undefined || run === 'live' ? null : run,
      ...(index === undefined ? {} : { index }),
    })
  } finally {
    await store?.close()
    await opened.log.close()
  }
}

const LOOKED_AT = 64n

/** The swarm of the log, as the first records of its partitions say; CONFIG_INVALID where there are several. */
async function onlySwarm({ log, codec }: OpenedLog): Promise<string> {
  const swarms = new Set<string>()
  for (const end of await log.ends(partitionsOf(log, EVENT_TOPICS))) {
    const some = { ...end, offset: end.offset < LOOKED_AT ? end.offset : LOOKED_AT }
    for await (const batch of readAdmitted({ log, codec }, some))
      for (const { envelope } of batch) swarms.add(envelope.swarm)
  }
  const [swarm, ...others] = swarms
  if (swarm === undefined) throw new WaggleError('NOT_FOUND', 'The log has no events')
  if (others.length > 0)
    throw new WaggleError('CONFIG_INVALID', `--swarm: the log has ${[...swarms].join(', ')}`)
  return swarm
}
