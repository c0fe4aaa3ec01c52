import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { silentLogger, systemClock } from '@waggle/base'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { openClusterBus } from '@waggle-services/cluster'
import { afterAll, describe, expect, it } from 'vitest'
import { resolveInfra } from '../support/infra.ts'
import { startSteadySwarm, STEADY } from '../support/steady-swarm.ts'

const cluster = await resolveInfra('A cluster of native processes', [
  () =>
    startDevCluster({
      builtInRegistry: true,
      services: ['hot-view', 'analytics'],
      environment: { WAGGLE_TICK_MS: '3600000' },
    }),
])
afterAll(() => cluster?.stop())

const MAIN = fileURLToPath(new URL('../../services/cli/src/main.ts', import.meta.url))
/** Milliseconds after which the command is killed: while it starts, builds, compares and switches. */
const KILLS = [600, 1200, 1800, 2400, 3200, 4200]

function start(argv: readonly string[]) {
  const { WAGGLE_SERVICE_URLS: _urls, ...rest } = cluster!.environment
  const env = { PATH: process.env['PATH'], ...rest }
  return spawn(process.execPath, [MAIN, 'rebuild', ...argv], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function run(...argv: string[]): Promise<{ code: number | null; said: string }> {
  const child = start([...argv, '--json'])
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => void (said += part.toString()))
  const [code] = (await once(child, 'exit')) as [number | null]
  return { code, said }
}

describe.skipIf(cluster === undefined)('waggle rebuild of a cluster', { timeout: 600_000 }, () => {
  it.each(['hot', 'analytics'])(
    'of %s: services go on, however often it is killed',
    async (view) => {
      const config = parseEnvironment(cluster!.environment, () => '')
      const topics = parseTopicsFile(await readFile('infra/kafka/topics.json', 'utf8'))
      const bus = await openClusterBus(config, topics, {
        clock: systemClock(),
        logger: silentLogger,
      })
      const swarm = await startSteadySwarm(bus, 2)
      for (const ms of KILLS) {
        const child = start([view])
        const exit = once(child, 'exit')
        await systemClock().sleep(ms)
        child.kill('SIGKILL')
        await exit
      }
      await swarm.stop()
      // A hold that a kill left behind ends by itself.
      await bus.caughtUp(120_000)
      const before = await bus.digests()
      expect(await run(view)).toMatchObject({ code: 0 })
      expect(await bus.digests()).toEqual(before)
      const late = bus.emitter({ ...STEADY, agent: 'late', session: `late/${view}` })
      await late.emit({ kind: 'agent', op: 'JOINED', role: 'late' })
      await bus.caughtUp(120_000)
      expect((await bus.reader.agent(STEADY, 'late')).value).toBeDefined()
      expect(await bus.digests()).not.toEqual(before)
      expect(await run(view, '--rollback')).toMatchObject({ code: 0 })
      expect(await run(view, '--diff')).toMatchObject({ code: 0 })
      expect(await run(view, '--drop-old')).toMatchObject({ code: 0 })
      await bus.stop()
    },
  )
})
