import { errorText } from './error-text.ts'
import { exitCodeOf } from './exit-code.ts'
import { runWaggle } from './run-waggle.ts'

/** A second Ctrl-C ends the process. */
function interrupted(): AbortSignal {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  return abort.signal
}

// Whoever reads may have seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const argv = process.argv.slice(2)
try {
  process.exitCode = await runWaggle(
    argv,
    process.env,
    process.stdout,
    interrupted,
    process.stderr,
    process.stdin,
  )
} catch (error) {
  process.stderr.write(errorText(error, argv.includes('--json')))
  process.exitCode = exitCodeOf(error)
}
