import { runMain } from '@waggle/service'
import { buildArchiver, openArchiver } from './build.ts'

await runMain({ name: 'archiver', open: openArchiver, build: buildArchiver }, process.env)
