import { openEngines, runMain } from '@waggle/service'
import { buildCoordinator } from './build.ts'

await runMain({ name: 'coordinator', open: openEngines, build: buildCoordinator }, process.env)
