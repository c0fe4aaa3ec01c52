import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, matchesGlob } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts, startProcess } from '@waggle-infra/native/process'
import { committedFiles, ROOT } from '../tidy/tree.ts'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const all = (pattern: RegExp, text: string): string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found!)

/** What .dockerignore leaves of a tree: the last line that fits a path or a folder above it decides. */
function inContext(path: string): boolean {
  const lines = read('.dockerignore').split('\n')
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const fits = (rule: string): boolean => matchesGlob(path, rule) || matchesGlob(path, `${rule}/**`)
  return rules.findLast((rule) => fits(rule.replace('!', '')))?.startsWith('!') ?? true
}

/** The folder that is /app in the image, made by the commands of the Dockerfile. */
const app = mkdtempSync(join(tmpdir(), 'waggle-image-'))
const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
beforeAll(async () => {
  for (const file of committedFiles().filter(inContext)) cpSync(join(ROOT, file), join(app, file))
  const commands = all(/^RUN (npx .*)$/gm, read('infra/docker/Dockerfile'))
  expect(commands).toHaveLength(1)
  const env = { PATH: path, HOME: process.env['HOME'], CI: 'true' }
  await promisify(execFile)('sh', ['-ec', commands[0]!], { cwd: app, env })
}, 300_000)
afterAll(() => rm(app, { recursive: true, force: true }))

describe('the image', () => {
  it.each(all(/command: \[node, (\S+)\]/g, read('docker-compose.yml')))(
    '%s lives in it by the health check of docker-compose.yml, with nothing else there',
    async (main) => {
      const [port] = await freePorts(1)
      const [check] = all(/"(fetch\('http:[^"]*)"/g, read('docker-compose.yml'))
      const ask = ['-e', check!.replace('8080', String(port))]
      const service = await startProcess({
        name: main,
        command: process.execPath,
        args: [main],
        cwd: app,
        onlyEnv: true,
        env: {
          WAGGLE_HTTP_PORT: String(port),
          WAGGLE_LOG_LEVEL: 'silent',
          WAGGLE_KAFKA_BROKERS: '127.0.0.1:1',
          // The archiver ends at once where nobody says what for.
          WAGGLE_ARCHIVE: join(app, 'archive'),
        },
        logFile: join(app, 'service.log'),
        ready: () =>
          promisify(execFile)(process.execPath, ask).then(
            () => true,
            () => false,
          ),
      })
      const health = await (await fetch(`http://127.0.0.1:${port}/health`)).json()
      expect(health).toMatchObject({ state: 'starting', reasons: [expect.any(String)] })
      await service.stop()
      await expect(promisify(execFile)(process.execPath, ask)).rejects.toMatchObject({ code: 1 })
    },
  )
})
