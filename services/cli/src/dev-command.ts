import { createLogger } from '@waggle/base'
import { openEmbeddedGateway } from '@waggle-services/gateway'
import { z } from 'zod'
import { parseOptions } from './parse-options.ts'
import type { CommandDeps } from './run-waggle.ts'

export const DEV_USAGE = `waggle dev --data DIR [--port 4600]

  A bus in this process, with its gateway on 127.0.0.1: the printed address opens the dashboard.
  Ctrl-C drains and stops it.
`

const schema = z.strictObject({
  data: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535).default(4600),
})

export async function runDev(
  argv: readonly string[],
  { clock, out, interrupted }: CommandDeps,
): Promise<number> {
  const { data, port } = parseOptions(argv, schema)
  const logger = createLogger('waggle', 'warn')
  const gateway = await openEmbeddedGateway({
    dataDir: data,
    port,
    version: '0.1.0',
    clock,
    logger,
  })
  await gateway.start()
  out.write(`${gateway.url}/#token=${gateway.token}\n`)
  const stop = interrupted()
  await new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(), { once: true })
  })
  await gateway.stop()
  return 0
}
