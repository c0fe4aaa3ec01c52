import { createGatewayServer, type GatewayServer } from '@waggle-services/gateway'
import { openGateway, type GatewaySetup, type OpenGateway } from './gateway.ts'

export interface ServedGateway extends OpenGateway {
  readonly server: GatewayServer
}

/** The gateway on a bus in memory, served over HTTP on a free port of the loopback address. */
export async function serveGateway(setup: GatewaySetup = {}): Promise<ServedGateway> {
  const gateway = await openGateway(setup)
  const server = createGatewayServer(gateway.app, { port: 0 })
  await server.start()
  const stop = async (): Promise<void> => {
    await server.stop()
    await gateway.stop()
  }
  return { ...gateway, server, stop }
}
