import type { EventLog } from '@waggle/log'
import { createLogRegistry, createRegistryServer } from '@waggle/registry'
import type { ServiceBasics, Worker } from '@waggle/service'

/** The built-in registry for a cluster that has no other; several may run, for the log decides. */
export async function buildSchemaRegistry({
  log,
  config,
}: ServiceBasics & { readonly log: EventLog }): Promise<Worker> {
  const server = createRegistryServer(createLogRegistry({ log }), {
    port: config.WAGGLE_REGISTRY_PORT,
    address: config.WAGGLE_HTTP_HOST,
    hosts: config.WAGGLE_REGISTRY_HOSTS,
  })
  return {
    start: () => server.start(),
    stop: () => server.stop(),
    status: async () => ({
      name: 'schema-registry',
      state: 'running',
      reason: undefined,
      lag: 0n,
      refused: 0,
      applied: new Map(),
      partitions: 1,
    }),
  }
}
