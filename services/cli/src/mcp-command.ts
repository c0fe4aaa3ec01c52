import { Readable, Writable } from 'node:stream'
import { createLogger } from '@waggle/base'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import { createMcpServer, serveStdio } from '@waggle/mcp'
import { openEmbeddedGateway } from '@waggle-services/gateway'
import { z } from 'zod'
import { defineCommand, option, VERSION, type CommandDeps } from './program/command.ts'
import { SWARM_OPTIONS, withGateway } from './swarm/session.ts'

const name = z.string().min(1).max(128)

export const MCP = defineCommand({
  details:
    'Speaks the Model Context Protocol over standard input and output, as clients start it. With --data the bus is in this process, which alone may have the folder open; several clients share a bus through the gateway of `waggle dev`, by --url, or by its address /mcp.',
  options: {
    ...SWARM_OPTIONS,
    agent: option('NAME', 'who speaks', name.default('assistant')),
    namespace: option(
      'NAME',
      'of its knowledge graph; the agent’s own if left out',
      name.optional(),
    ),
  },
  examples: [
    'mcp --data .waggle/memory --swarm home --agent assistant',
    'mcp --url http://127.0.0.1:4600 --swarm demo --agent analyst',
  ],
  run: async (wanted, deps) => {
    const { agent, namespace } = wanted
    const serve = async (
      client: WaggleClient,
      swarm: string | undefined,
      run: string | undefined,
    ): Promise<number> => {
      const speaker = { client, swarm: swarm ?? DEFAULT_SWARM, run, agent, namespace }
      const server = createMcpServer({ ...speaker, version: VERSION })
      await serveStdio(server, streamsOf(deps), deps.interrupted())
      return 0
    }
    if (wanted.data === undefined)
      return withGateway(wanted, deps, ({ client, swarm, run }) => serve(client, swarm, run))
    return withOwnBus(wanted.data, deps, (client) => serve(client, wanted.swarm, wanted.run))
  },
})

const DEFAULT_SWARM = 'home'

/** Other than the commands that ask, it makes the folder where there is none. */
async function withOwnBus(
  dataDir: string,
  { clock }: CommandDeps,
  use: (client: WaggleClient) => Promise<number>,
): Promise<number> {
  const logger = createLogger('waggle', 'warn')
  const options = { dataDir, port: 0, analytics: 'off', version: VERSION } as const
  const { app, bus, token } = await openEmbeddedGateway({ ...options, clock, logger })
  const inProcess: typeof fetch = async (input, init) => app.request(input as string, init)
  try {
    return await use(createWaggleClient({ url: 'http://localhost', token, fetch: inProcess }))
  } finally {
    await bus.stop()
  }
}

function streamsOf({ input, out }: CommandDeps): { input: Readable; output: Writable } {
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      out.write(chunk)
      done()
    },
  })
  return { input: Readable.from(input, { objectMode: false }), output }
}
