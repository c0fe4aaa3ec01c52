import { systemClock } from '@waggle/base'
import { PARTITIONS } from '@waggle/event'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry, createRegistryServer } from '@waggle/registry'
import { startApicurio } from '@waggle-infra/native/apicurio'
import { dockerAnswers } from './docker.ts'
import { resolveInfra } from './infra.ts'
import { SLOW_TIER } from './slow-tier.ts'

/** A registry to be asked over HTTP. */
export interface TestRegistry {
  readonly url: string
  stop(): Promise<void>
  /** SIGSTOP and SIGCONT, where it is a process of ours. */
  freeze?(): void
  thaw?(): void
}

/** The built-in registry on a log in memory. */
export async function builtInRegistry(): Promise<TestRegistry> {
  const log = createMemoryLog({ topics: PARTITIONS, clock: systemClock() })
  const server = createRegistryServer(createLogRegistry({ log }))
  await server.start()
  return { url: server.url, stop: () => server.stop() }
}

/**
 * Apicurio: where WAGGLE_APICURIO_URL says, in Docker, as a native process; undefined (or an error) without. Its
 * start takes as long as most files of the default suite, so only the slow tier has it.
 */
export async function apicurioRegistry(): Promise<TestRegistry | undefined> {
  if (!SLOW_TIER) {
    process.stderr.write('\nSKIPPED: Apicurio belongs to the slow tier, npm run test:all\n')
    return undefined
  }
  return resolveInfra<TestRegistry>('Apicurio', [givenApicurio, dockerApicurio, startApicurio])
}

async function givenApicurio(): Promise<TestRegistry | undefined> {
  const url = process.env['WAGGLE_APICURIO_URL']
  return url === undefined ? undefined : { url, stop: async () => {} }
}

/** Not proven: no machine of ours has a Docker engine. */
async function dockerApicurio(): Promise<TestRegistry | undefined> {
  if (!(await dockerAnswers())) return undefined
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer('quay.io/apicurio/apicurio-registry:3.3.3')
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080))
    .start()
  return {
    url: `http://${container.getHost()}:${container.getMappedPort(8080)}/apis/ccompat/v7`,
    stop: async () => void (await container.stop()),
  }
}

let subjects = 0

/** A subject that no other test uses, also at a registry that stays. */
export function newSubject(): string {
  return `test-${process.pid}-${Math.floor(performance.timeOrigin)}-${++subjects}`
}

/** One request: status and JSON body. */
export async function ask(
  { url }: TestRegistry,
  method: string,
  path: string,
  body?: unknown,
): Promise<[status: number, body: unknown]> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return [response.status, jsonOf(text)]
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const schemaBody = (schema: unknown): object => ({ schema: JSON.stringify(schema) })
