import { afterAll, describe } from 'vitest'
import { systemClock } from '@waggle/base'
import { PARTITIONS } from '@waggle/event'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry } from '@waggle/registry'
import { createConfluentRegistry } from '@waggle/registry/confluent'
import { apicurioRegistry, builtInRegistry, type TestRegistry } from '../support/registries.ts'
import { schemaRegistrySuite } from './schema-registry.suite.ts'

const builtIn = await builtInRegistry()
const apicurio = await apicurioRegistry()
afterAll(async () => {
  await builtIn.stop()
  await apicurio?.stop()
})

const log = createMemoryLog({ topics: PARTITIONS, clock: systemClock() })
const clientOf = (registry: TestRegistry | undefined) =>
  createConfluentRegistry({
    host: registry!.url,
    clock: systemClock(),
    backoffMs: 1,
    unknownForMs: 0,
  })

schemaRegistrySuite('built in', () => createLogRegistry({ log }))
schemaRegistrySuite('built in, over HTTP', () => clientOf(builtIn))
describe.skipIf(apicurio === undefined)('with Apicurio', () =>
  schemaRegistrySuite('Apicurio', () => clientOf(apicurio)),
)
