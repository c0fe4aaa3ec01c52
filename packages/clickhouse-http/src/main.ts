/** Runs the facade alone: `main.ts <config.json>` with folder, users and port. Ends on SIGTERM. */
import { readFileSync } from 'node:fs'
import { silentLogger } from '@waggle/base'
import { createClickHouseFacade, type FacadeOptions } from './facade.ts'

const [, , configFile = ''] = process.argv
const config = JSON.parse(readFileSync(configFile, 'utf8')) as Omit<FacadeOptions, 'logger'>
const facade = createClickHouseFacade({ ...config, logger: silentLogger })
await facade.start()
process.once('SIGTERM', () => {
  void facade.stop().then(() => process.exit(0))
})
