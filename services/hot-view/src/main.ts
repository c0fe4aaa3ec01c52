import { openEngines, runMain } from '@waggle/service'
import { buildHotView } from './build.ts'

await runMain({ name: 'hot-view', open: openEngines, build: buildHotView }, process.env)
