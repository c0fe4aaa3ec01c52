import { systemClock } from '@waggle/base'
import { runMain } from './run-waggle.ts'

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

process.exitCode = await runMain(process.argv.slice(2), {
  environment: process.env,
  clock: systemClock(),
  out: process.stdout,
  terminal: process.stderr,
  interrupted,
  input: process.stdin,
})
