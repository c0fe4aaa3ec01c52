import { isWaggleError } from '@waggle/base'
import { runWaggle } from './run-waggle.ts'

try {
  process.exitCode = await runWaggle(process.argv.slice(2), process.env, process.stdout)
} catch (error) {
  process.stderr.write(
    `${isWaggleError(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exitCode = isWaggleError(error, 'CONFIG_INVALID') ? 2 : 1
}
