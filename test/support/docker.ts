import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** True where a Docker engine answers, not only its client. */
export function dockerAnswers(): Promise<boolean> {
  return promisify(execFile)('docker', ['info', '--format', '{{.ServerVersion}}'], {
    timeout: 10_000,
  }).then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  )
}
