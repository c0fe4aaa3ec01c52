import { createLogger } from '@waggle/base'
import { openEmbeddedGateway } from '@waggle-services/gateway'
import { builtDashboard } from './built-dashboard.ts'
import { VERSION, type CommandDeps } from './program/command.ts'

export interface ServeOptions {
  readonly data: string
  readonly port: number
  readonly json: boolean
}

/** A bus with its gateway until Ctrl-C; prints the address that opens the dashboard once it answers. */
export async function serveBus(
  { data, port, json }: ServeOptions,
  { clock, out, terminal, interrupted }: CommandDeps,
): Promise<number> {
  const logger = createLogger('waggle', 'warn')
  const dashboard = await builtDashboard((line) => terminal.write(line))
  const gateway = await openEmbeddedGateway({
    dataDir: data,
    port,
    dashboard,
    version: VERSION,
    clock,
    logger,
  })
  await gateway.start()
  const { url, token } = gateway
  const address = `${url}/#token=${token}`
  out.write(json ? `${JSON.stringify({ url, token, address })}\n` : `${address}\n`)
  const stop = interrupted()
  await new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(), { once: true })
  })
  await gateway.stop()
  return 0
}
