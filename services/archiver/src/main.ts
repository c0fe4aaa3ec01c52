import { openEngines, runMain } from '@waggle/service'
import { buildArchiver } from './build.ts'

await runMain({ name: 'archiver', open: openEngines, build: buildArchiver }, process.env)
