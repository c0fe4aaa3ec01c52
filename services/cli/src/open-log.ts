import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openArchivedLog } from '@waggle/archive'
import { silentLogger, systemClock, WaggleError } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import {
  openEngines,
  openLiveEngines,
  parseEnvironment,
  parseTopicsFile,
  type Environment,
} from '@waggle/service'
import { openArchive } from './open-archive.ts'

export interface OpenedLog {
  readonly log: EventLog
  readonly codec: Codec
}

/**
 * The log in an embedded bus's folder, or the cluster's that the environment names; what it has let go of is read from
 * the archive that WAGGLE_ARCHIVE names.
 */
export async function openLog(
  data: string | undefined,
  environment: Environment,
): Promise<OpenedLog> {
  if (data === undefined) return openCluster(environment, openEngines)
  const { WAGGLE_ARCHIVE: place } = environment
  return place === undefined ? openFolder(data) : openLogWith(place, data, environment)
}

/** The same with another archive than the environment's. */
export async function openLogWith(
  place: string,
  data: string | undefined,
  environment: Environment,
): Promise<OpenedLog> {
  const archive = await openArchive(place, environment)
  const live = await openLiveLog(data, environment)
  return { ...live, log: openArchivedLog(live.log, archive) }
}

/** The log alone, for what compares it with its archive. */
export function openLiveLog(
  data: string | undefined,
  environment: Environment,
): Promise<OpenedLog> {
  return data === undefined ? openCluster(environment, openLiveEngines) : openFolder(data)
}

async function openFolder(data: string): Promise<OpenedLog> {
  const path = join(data, 'log')
  if (!existsSync(path)) {
    throw new WaggleError('CONFIG_INVALID', `--data: there is no log in ${data}`, { input: data })
  }
  const log = await openLmdbLog({ path, topics: PARTITIONS, clock: systemClock() })
  return { log, codec: createCodec(createLogRegistry({ log })) }
}

function openCluster(environment: Environment, open: typeof openEngines): Promise<OpenedLog> {
  const readFile = (path: string): string => readFileSync(path, 'utf8')
  const config = parseEnvironment(environment, readFile)
  const topics = parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS))
  const { signal } = new AbortController()
  const onWaiting = (): void => {}
  return open(config, topics, { clock: systemClock(), logger: silentLogger, signal, onWaiting })
}
