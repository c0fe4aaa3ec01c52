import { WaggleError } from '@waggle/base'
import type { Environment } from '@waggle/service'
import { openLog } from './open-log.ts'
import { parseRecountArguments, RECOUNT_USAGE } from './recount-arguments.ts'
import { runRecount } from './recount.ts'

/** One command; its exit code. CONFIG_INVALID for a command line or an environment that is none. */
export async function runWaggle(
  [command, ...argv]: readonly string[],
  environment: Environment,
  out: { write(text: string): unknown },
): Promise<number> {
  if (command === undefined || command === '--help' || argv.includes('--help')) {
    out.write(RECOUNT_USAGE)
    return 0
  }
  if (command !== 'recount') {
    throw new WaggleError('CONFIG_INVALID', `${command}: the command is \`recount\``, {
      input: command,
    })
  }
  const wanted = parseRecountArguments(argv)
  const opened = await openLog(wanted.data, environment)
  try {
    return (await runRecount(opened, wanted, out)) ? 0 : 1
  } finally {
    await opened.log.close()
  }
}
