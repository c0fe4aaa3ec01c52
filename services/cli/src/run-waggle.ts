import { systemClock, WaggleError, type Clock } from '@waggle/base'
import type { Environment } from '@waggle/service'
import { ARCHIVE_USAGE, runArchiveCommand } from './archive-command.ts'
import { BACKTEST_USAGE, runBacktest } from './backtest-command.ts'
import { CERTIFY_USAGE, runCertify } from './certify-command.ts'
import { EXPORT_USAGE, runExport } from './export-command.ts'
import { DEV_USAGE, runDev } from './dev-command.ts'
import { DIFF_USAGE, runDiff } from './diff-command.ts'
import { FORK_USAGE, runFork } from './fork-command.ts'
import { IMPORT_USAGE, runImport } from './import-command.ts'
import { openLog } from './open-log.ts'
import { REBUILD_USAGE, runRebuild } from './rebuild-command.ts'
import { parseRecountArguments, RECOUNT_USAGE } from './recount-arguments.ts'
import { runRecount } from './recount.ts'
import { REPLAY_USAGE, runReplay } from './replay-command.ts'
import { runSchemas, SCHEMAS_USAGE } from './schemas-command.ts'
import type { Terminal } from './terminal.ts'
import { runTrajectory, TRAJECTORY_USAGE } from './trajectory-command.ts'
import { runVerify, VERIFY_USAGE } from './verify-command.ts'

export interface CommandDeps {
  readonly environment: Environment
  readonly clock: Clock
  readonly out: { write(text: string): unknown }
  /** For progress. */
  readonly terminal: Terminal
  /** Once asked for, Ctrl-C aborts the signal instead of the process. */
  readonly interrupted: () => AbortSignal
}

interface Command {
  readonly usage: string
  /** Its exit code. */
  run(argv: readonly string[], deps: CommandDeps): Promise<number>
}

const COMMANDS: Readonly<Record<string, Command>> = {
  archive: { usage: ARCHIVE_USAGE, run: runArchiveCommand },
  backtest: { usage: BACKTEST_USAGE, run: runBacktest },
  certify: { usage: CERTIFY_USAGE, run: runCertify },
  export: { usage: EXPORT_USAGE, run: runExport },
  dev: { usage: DEV_USAGE, run: runDev },
  diff: { usage: DIFF_USAGE, run: runDiff },
  fork: { usage: FORK_USAGE, run: runFork },
  import: { usage: IMPORT_USAGE, run: runImport },
  rebuild: { usage: REBUILD_USAGE, run: runRebuild },
  recount: { usage: RECOUNT_USAGE, run: recountCommand },
  replay: { usage: REPLAY_USAGE, run: runReplay },
  schemas: { usage: SCHEMAS_USAGE, run: runSchemas },
  trajectory: { usage: TRAJECTORY_USAGE, run: runTrajectory },
  verify: { usage: VERIFY_USAGE, run: runVerify },
}

/** One command; its exit code. CONFIG_INVALID for a command line or an environment that is none. */
export async function runWaggle(
  [name, ...argv]: readonly string[],
  environment: Environment,
  out: { write(text: string): unknown },
  interrupted = (): AbortSignal => new AbortController().signal,
  terminal: Terminal = { write: () => true },
): Promise<number> {
  if (name === undefined || name === '--help') {
    out.write(
      Object.values(COMMANDS)
        .map(({ usage }) => usage)
        .join('\n'),
    )
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    const names = Object.keys(COMMANDS).join(', ')
    throw new WaggleError('CONFIG_INVALID', `${name}: the commands are ${names}`, { input: name })
  }
  if (argv.includes('--help')) {
    out.write(command.usage)
    return 0
  }
  return command.run(argv, { environment, clock: systemClock(), out, interrupted, terminal })
}

async function recountCommand(
  argv: readonly string[],
  { environment, out }: CommandDeps,
): Promise<number> {
  const wanted = parseRecountArguments(argv)
  const opened = await openLog(wanted.data, environment)
  try {
    return (await runRecount(opened, wanted, out)) ? 0 : 1
  } finally {
    await opened.log.close()
  }
}
