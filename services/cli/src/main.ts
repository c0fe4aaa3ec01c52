import { isWaggleError } from '@waggle/base'
import { exitCodeOf } from './exit-code.ts'
import { runWaggle } from './run-waggle.ts'

try {
  process.exitCode = await runWaggle(process.argv.slice(2), process.env, process.stdout)
} catch (error) {
  process.stderr.write(
    `${isWaggleError(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exitCode = exitCodeOf(error)
}
