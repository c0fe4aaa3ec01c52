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
  // Before anybody can know that it runs: whoever stops it at its first word has it drained, too.
  const stop = interrupted()
  await gateway.start()
  const { url, token } = gateway
  const address = `${url}/#token=${token}`
  out.write(json ? `${JSON.stringify({ url, token, address })}\n` : `${address}\n`)
  await new Promise<void>((resolve) => {
    if (stop.aborted) return resolve()
    stop.addEventListener('abort', () => resolve(), { once: true })
  })
  await gateway.stop()
  return 0
}
