import { readFileSync } from 'node:fs'
import { messageOf } from '@waggle/base'
import type { KafkaLog } from '@waggle/log/kafka'
import type { Environment } from './config.ts'
import { runService, type ServiceDefinition } from './run-service.ts'

const MISCONFIGURED = 78

/** A service as a process: SIGTERM and SIGINT drain it, once; what it cannot mend ends it with code 78. */
export async function runMain<Opened extends { readonly log: KafkaLog }>(
  definition: ServiceDefinition<Opened>,
  environment: Environment,
): Promise<void> {
  const service = definition.name
  try {
    await runService(definition, {
      environment,
      readFile: (path) => readFileSync(path, 'utf8'),
      onStop: (stop) => {
        process.once('SIGTERM', stop)
        process.once('SIGINT', stop)
      },
      onListening: (url) => process.stdout.write(`${service} listens on ${url}\n`),
    })
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${service}: ${messageOf(error)}\n`)
    process.exit(MISCONFIGURED)
  }
}
