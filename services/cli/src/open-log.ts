import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger, systemClock, WaggleError } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { openEngines, parseEnvironment, parseTopicsFile, type Environment } from '@waggle/service'

export interface OpenedLog {
  readonly log: EventLog
  readonly codec: Codec
}

/** The log in an embedded bus's folder, or the cluster's that the environment names. */
export async function openLog(
  data: string | undefined,
  environment: Environment,
): Promise<OpenedLog> {
  const clock = systemClock()
  if (data !== undefined) {
    const path = join(data, 'log')
    if (!existsSync(path)) {
      throw new WaggleError('CONFIG_INVALID', `--data: there is no log in ${data}`, { input: data })
    }
    const log = await openLmdbLog({ path, topics: PARTITIONS, clock })
    return { log, codec: createCodec(createLogRegistry({ log })) }
  }
  const readFile = (path: string): string => readFileSync(path, 'utf8')
  const config = parseEnvironment(environment, readFile)
  const topics = parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS))
  const { signal } = new AbortController()
  const onWaiting = (): void => {}
  return openEngines(config, topics, { clock, logger: silentLogger, signal, onWaiting })
}
