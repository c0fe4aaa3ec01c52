import { openLog, runMain } from '@waggle/service'
import { buildSchemaRegistry } from './build.ts'

await runMain(
  {
    name: 'schema-registry',
    open: async (...given) => ({ log: await openLog(...given) }),
    build: buildSchemaRegistry,
  },
  process.env,
)
