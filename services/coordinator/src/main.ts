import { runMain } from '@waggle/service'
import { buildCoordinator } from './build.ts'

await runMain('coordinator', process.env, buildCoordinator)
