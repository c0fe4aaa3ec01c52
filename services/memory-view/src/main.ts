import { openEngines, runMain } from '@waggle/service'
import { buildMemoryView } from './build.ts'

await runMain({ name: 'memory-view', open: openEngines, build: buildMemoryView }, process.env)
