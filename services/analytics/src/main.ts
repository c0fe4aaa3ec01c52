import { openEngines, runMain } from '@waggle/service'
import { buildAnalytics } from './build.ts'

await runMain({ name: 'analytics', open: openEngines, build: buildAnalytics }, process.env)
