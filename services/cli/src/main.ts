import { isWaggleError } from '@waggle/base'
import { exitCodeOf } from './exit-code.ts'
import { runWaggle } from './run-waggle.ts'

/** A second Ctrl-C ends the process. */
function interrupted(): AbortSignal {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  return abort.signal
}

try {
  process.exitCode = await runWaggle(
    process.argv.slice(2),
    process.env,
    process.stdout,
    interrupted,
    process.stderr,
  )
} catch (error) {
  process.stderr.write(
    `${isWaggleError(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exitCode = exitCodeOf(error)
}
