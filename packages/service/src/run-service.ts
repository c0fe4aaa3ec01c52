import { createLogger, messageOf, systemClock, type Clock, type Logger } from '@waggle/base'
import type { AroundBatch, DataHold, RunnerStatus } from '@waggle/consume'
import type { KafkaLog } from '@waggle/log/kafka'
import { traceBatches, tracedLog, tracedLogger } from '@waggle/telemetry'
import { parseEnvironment, type Environment, type ServiceConfig } from './config.ts'
import type { EngineDeps, Engines } from './engines.ts'
import { healthOf, type Health } from './health.ts'
import { openHttpEndpoint } from './http-endpoint.ts'
import { createMetrics } from './metrics.ts'
import { holdSnapshots } from './snapshots.ts'
import type { Traffic } from './traffic.ts'
import { parseTopicsFile, type TopicsFile } from './topics-file.ts'

export interface ServiceBasics {
  readonly config: ServiceConfig
  readonly clock: Clock
  readonly logger: Logger
  /** Handed on to the runners. */
  readonly around?: AroundBatch
}

export type ServiceContext = Engines & ServiceBasics

/** How a service comes to be: the engines it needs, then what it does with them. */
export interface ServiceDefinition<Opened extends { readonly log: KafkaLog }> {
  readonly name: string
  open(config: ServiceConfig, topics: TopicsFile, deps: EngineDeps): Promise<Opened>
  build(context: Opened & ServiceBasics): Promise<Worker>
}

/** A part of a service that projects, or waits to. */
export interface Worker {
  start(): Promise<void>
  /** Drains: what was read is applied, or left for the next start. */
  stop(): Promise<void>
  /** Of each view it keeps. */
  status(): Promise<RunnerStatus | readonly RunnerStatus[]>
  /** Of a service that is asked over HTTP. */
  traffic?(): Traffic
}

export interface ProcessHooks {
  readonly environment: Environment
  readonly readFile: (path: string) => string
  /** Called once with the end of the process: a reason to stop. */
  readonly onStop: (stop: () => void) => void
  /** Called with the address of the endpoint when it listens. */
  readonly onListening?: (url: string) => void
}

const START = 'the start'

/**
 * The life of a service process: config, endpoint, engines, projecting, drain. Resolves when it has
 * drained; CONFIG_INVALID, TOPIC_CONFLICT or SCHEMA_INCOMPATIBLE where a human has to mend something.
 */
export async function runService<Opened extends { readonly log: KafkaLog }>(
  definition: ServiceDefinition<Opened>,
  { environment, readFile, onStop, onListening }: ProcessHooks,
): Promise<void> {
  const { name: service } = definition
  const config = parseEnvironment(environment, readFile)
  const topics = parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS))
  const logger = tracedLogger(createLogger(service, config.WAGGLE_LOG_LEVEL))
  const clock = systemClock()
  const stopping = new AbortController()
  onStop(() => stopping.abort())
  let waiting: string | undefined = START
  let engines: Opened | undefined
  let worker: Worker | undefined
  let hold: DataHold | undefined

  const health = async (): Promise<Health> => {
    const status = await worker?.status().catch((error: unknown) => unknownStatus(service, error))
    return healthOf({
      service,
      stopping: stopping.signal.aborted,
      waiting,
      log: engines?.log.status(),
      projections: status === undefined ? [] : [status].flat(),
    })
  }
  const endpoint = await openHttpEndpoint({
    host: config.WAGGLE_HTTP_HOST,
    port: config.WAGGLE_HTTP_PORT,
    health,
    metrics: createMetrics(service, health, () => worker?.traffic?.()),
  })
  onListening?.(endpoint.url)
  logger.info({ url: endpoint.url }, `${service} starts`)
  try {
    const { signal } = stopping
    // One part that is there is not the whole start.
    const onWaiting = (reason = START): void => void (waiting = reason)
    const deps = { clock, logger, onWaiting, signal }
    hold = await holdSnapshots(config, deps)
    engines = await definition.open(config, topics, deps)
    const log = tracedLog(engines.log, 'kafka')
    const around = traceBatches('kafka')
    waiting = undefined
    worker = await definition.build({ ...engines, log, around, config, clock, logger })
    await worker.start()
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } catch (error) {
    if (!stopping.signal.aborted) throw error
  } finally {
    logger.info({}, `${service} drains`)
    const drained = (async () => {
      await worker?.stop()
      await engines?.log.close()
    })()
    await Promise.race([drained, clock.sleep(config.WAGGLE_DRAIN_MS)])
    hold?.release()
    await endpoint.close()
    logger.info({}, `${service} has stopped`)
  }
}

/** Lag cannot be told while the broker does not answer. */
function unknownStatus(name: string, error: unknown): RunnerStatus {
  const reason = messageOf(error)
  return { name, state: 'stalled', reason, lag: -1n, refused: 0, applied: new Map(), partitions: 0 }
}
