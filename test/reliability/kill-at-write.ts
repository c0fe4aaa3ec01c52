/**
 * Preloaded into a process that is to die: the call that would be its n-th change of the file system (KILL_AT), under a
 * folder (KILL_UNDER), is kill -9 instead. Only what Node does itself is counted, not what native engines do.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { KILL_AT = '0', KILL_UNDER = '' } = process.env
let left = Number(KILL_AT)

type Call = (path: unknown, ...rest: unknown[]) => unknown

function deadly(owner: object, name: string): void {
  const calls = owner as Record<string, Call>
  const call = calls[name]!
  calls[name] = (path, ...rest) => {
    const isChange = !name.startsWith('open') || rest[0] === 'w'
    if (isChange && String(path).startsWith(KILL_UNDER) && --left === 0)
      process.kill(process.pid, 'SIGKILL')
    return call.call(owner, path, ...rest)
  }
}

for (const name of ['mkdirSync', 'openSync', 'renameSync', 'rmSync', 'writeFileSync'])
  deadly(fs, name)
for (const name of ['mkdir', 'open', 'rename', 'rm']) deadly(fs.promises, name)
syncBuiltinESMExports()
