import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, matchesGlob } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { freePorts, startProcess } from '@waggle-infra/native/process'
import { resolveInfra } from '../support/infra.ts'
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

/** A stage of the Dockerfile: the lines between one FROM and the next, and the folder that is its /app. */
interface Stage {
  readonly text: string
  readonly app: string
}

const folder = mkdtempSync(join(tmpdir(), 'waggle-image-'))
const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
const stages: readonly Stage[] = read('infra/docker/Dockerfile')
  .split(/^(?=FROM )/m)
  .slice(1)
  .map((text, index) => ({ text, app: join(folder, String(index)) }))
const stageOf = (name: string): Stage =>
  stages.find(({ text }) => text.split('\n')[0]!.endsWith(` AS ${name}`))!
const last = stages.at(-1)!
/** The folder that is /app in the image, made by the commands of the Dockerfile. */
const { app } = last
const environment = Object.fromEntries(
  [...last.text.matchAll(/^ENV (\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
)

async function build({ text, app: own }: Stage): Promise<void> {
  expect(text).toContain('COPY . .')
  for (const file of committedFiles().filter(inContext)) cpSync(join(ROOT, file), join(own, file))
  const env = { PATH: path, HOME: process.env['HOME'], CI: 'true' }
  for (const command of all(/^RUN (.*)$/gm, text))
    await promisify(execFile)('sh', ['-ec', command], { cwd: own, env })
}

beforeAll(async () => {
  await Promise.all(stages.slice(0, -1).map(build))
  const copies = [...last.text.matchAll(/^COPY --from=(\w+) \/app(\S*) \/app(\S*)$/gm)]
  expect(copies).toHaveLength(2)
  for (const [, name, from, to] of copies) {
    const options = { recursive: true, verbatimSymlinks: true }
    cpSync(join(stageOf(name!).app, from!), join(app, to!), options)
  }
}, 600_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

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
          ...environment,
          WAGGLE_HTTP_PORT: String(port),
          WAGGLE_LOG_LEVEL: 'silent',
          WAGGLE_KAFKA_BROKERS: '127.0.0.1:1',
          // The archiver ends at once where nobody says what for.
          WAGGLE_ARCHIVE: join(folder, 'archive'),
        },
        logFile: join(folder, 'service.log'),
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

const cluster = await resolveInfra('A cluster of native processes', [
  () => startDevCluster({ builtInRegistry: true, services: [] }),
])
afterAll(() => cluster?.stop(), 60_000)

describe.skipIf(cluster === undefined)('the gateway of the image', () => {
  it('serves the dashboard, and keeps its index in the folder it is given', async () => {
    const tokens = join(folder, 'tokens.json')
    writeFileSync(tokens, '[]')
    const views = join(folder, 'views')
    const [port] = await freePorts(1)
    const url = `http://127.0.0.1:${port}`
    const gateway = await startProcess({
      name: 'gateway',
      command: process.execPath,
      args: ['services/gateway/src/main.ts'],
      cwd: app,
      onlyEnv: true,
      env: {
        ...cluster!.environment,
        ...environment,
        WAGGLE_GATEWAY_PORT: String(port),
        WAGGLE_GATEWAY_TOKENS: tokens,
        WAGGLE_SNAPSHOT_DIR: views,
      },
      logFile: join(folder, 'gateway.log'),
      ready: () =>
        fetch(url).then(
          () => true,
          () => false,
        ),
    })
    try {
      const page = await fetch(url, { headers: { accept: 'text/html' } })
      expect([page.status, page.headers.get('content-type')]).toEqual([
        200,
        'text/html; charset=utf-8',
      ])
      const [script] = all(/<script type="module"[^>]* src="([^"]+)"/g, await page.text())
      const code = await fetch(new URL(script!, url))
      expect([code.status, code.headers.get('content-type')]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ])
      expect(existsSync(join(views, 'trajectory-index/data.mdb'))).toBe(true)
    } finally {
      await gateway.stop()
    }
  }, 120_000)
})
