/**
 * One run of the archiver as a process, which kills itself at the step it is told: before or after a file is written,
 * a commit made, or records are deleted in Kafka. Says every step, and its status in the end.
 */
import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { readFileSync } from 'node:fs'
import { silentLogger } from '@waggle/base'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { buildArchiver, openArchiver } from '@waggle-services/archiver'
import { lateClock } from '../support/late-clock.ts'

const [, , environment = '{}', dieAt = ''] = process.argv
const readFile = (path: string): string => readFileSync(path, 'utf8')
const steps = new Map<string, number>()

/** Dies at the first step of a name (`commit`), at a later one (`file 3`) or at none. */
function at(name: string): void {
  const count = (steps.get(name) ?? 0) + 1
  steps.set(name, count)
  process.stdout.write(`${name} ${count}\n`)
  if (dieAt === `${name} ${count}`) process.kill(process.pid, 'SIGKILL')
}

function around<A extends unknown[], T>(
  name: string,
  task: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  return async (...args) => {
    at(`before ${name}`)
    const result = await task(...args)
    at(`after ${name}`)
    return result
  }
}

// How an object of a local store gets its name: files by a rename, commits by a link.
files.rename = around('file', files.rename)
files.link = around('commit', files.link)
syncBuiltinESMExports()

const config = parseEnvironment(JSON.parse(environment) as Record<string, string>, readFile)
const deps = { clock: lateClock(), logger: silentLogger, onWaiting: () => {} }
const { signal } = new AbortController()
const topics = parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS))
const opened = await openArchiver(config, topics, { ...deps, signal })
const { log } = opened
const retention = { ...log.retention!, trim: around('trim', log.retention!.trim) }
const worker = await buildArchiver({ ...opened, ...deps, config, log: { ...log, retention } })
await worker.start()
await worker.stop()
const status = [await worker.status()].flat()[0]!
process.stdout.write(`${JSON.stringify({ state: status.state, reason: status.reason ?? null })}\n`)
await log.close()
