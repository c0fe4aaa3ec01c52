import { systemClock, WaggleError } from '@waggle/base'
import type { Environment } from '@waggle/service'
import { CommanderError } from 'commander'
import { errorText } from './error-text.ts'
import { exitCodeOf } from './exit-code.ts'
import { buildProgram, type Outcome } from './program/build-program.ts'
import type { CommandDeps, Output } from './program/command.ts'
import type { Terminal } from './terminal.ts'

/** One command line; its exit code. CONFIG_INVALID for a command line or an environment that is none. */
export function runWaggle(
  argv: readonly string[],
  environment: Environment,
  out: Output,
  interrupted = (): AbortSignal => new AbortController().signal,
  terminal: Terminal = { write: () => true },
  input: CommandDeps['input'] = nothing(),
): Promise<number> {
  const clock = systemClock()
  return runCommandLine(argv, { environment, clock, out, interrupted, terminal, input })
}

export async function runCommandLine(argv: readonly string[], deps: CommandDeps): Promise<number> {
  const outcome: Outcome = { exitCode: 0 }
  const [first, second] = argv
  const program = await buildProgram(deps, (first === 'help' ? second : first) ?? '', outcome)
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0)
      throw new WaggleError('CONFIG_INVALID', error.message.replace(/^error: /, ''), {
        cause: error,
      })
  }
  return outcome.exitCode
}

/** The same for a terminal: what goes wrong is told on standard error, and is an exit code. */
export async function runMain(argv: readonly string[], deps: CommandDeps): Promise<number> {
  try {
    return await runCommandLine(argv, deps)
  } catch (error) {
    deps.terminal.write(errorText(error, argv.includes('--json')))
    return exitCodeOf(error)
  }
}

async function* nothing(): AsyncGenerator<string> {}
