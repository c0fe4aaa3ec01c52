import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import { silentLogger, systemClock } from '@waggle/base'
import { builtDashboard } from '@waggle-services/cli'
import { openEmbeddedGateway, type EmbeddedGateway } from '@waggle-services/gateway'

const DEMO = fileURLToPath(new URL('../../services/demo/src/main.ts', import.meta.url))

/** Milliseconds for a hook that opens a scene while the machine does much else. */
export const SCENE_MS = 400_000

/** Swarm and run of the demo, as they stand in an address. */
export const DEMO_SCOPE = 'swarm=demo&run=backtest-SPX'

export interface DashboardScene {
  readonly gateway: EmbeddedGateway
  readonly client: WaggleClient
  stop(): Promise<void>
}

/** A year of the demo behind a gateway that serves the dashboard, and one record that nobody can read. */
export async function openDashboardScene(until = '2000-12-29'): Promise<DashboardScene> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waggle-browser-'))
  const demo = spawn(process.execPath, [DEMO, '--data', dataDir, '--until', until, '--quiet'])
  demo.stdout.resume()
  const [code] = (await once(demo, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`The demo ended with ${code}`)
  const dashboard = await builtDashboard((line) => process.stderr.write(line))
  const clock = systemClock()
  const gateway = await openEmbeddedGateway({
    dataDir,
    port: 0,
    dashboard,
    version: 'test',
    clock,
    logger: silentLogger,
  })
  await gateway.start()
  const topic = 'waggle.observations.v1'
  const value = Buffer.from('nobody can read this')
  await gateway.bus.log.append([{ topic, partition: 0, key: 'k', value, headers: {} }])
  await gateway.bus.caughtUp(60_000)
  return {
    gateway,
    client: createWaggleClient({ url: gateway.url, token: gateway.token }),
    stop: async () => {
      await gateway.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
