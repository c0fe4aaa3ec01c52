import { readFileSync } from 'node:fs'
import { messageOf } from '@waggle/base'
import type { Environment } from './config.ts'
import { runService, type ServiceContext, type Worker } from './run-service.ts'

const MISCONFIGURED = 78

/** A service as a process: SIGTERM and SIGINT drain it, once; what it cannot mend ends it with code 78. */
export async function runMain(
  service: string,
  environment: Environment,
  build: (context: ServiceContext) => Promise<Worker>,
): Promise<void> {
  try {
    await runService(service, build, {
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
