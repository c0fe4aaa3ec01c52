import { systemClock } from '@waggle/base'
import { runMain, type CommandDeps } from '@waggle-services/cli'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Saying extends Partial<
  Pick<CommandDeps, 'clock' | 'environment' | 'interrupted'>
> {
  readonly stdin?: string
  /** What a terminal has; a pipe if left out. */
  readonly columns?: number
}

/** The program in this process, as a shell would see it: exit code, standard output and standard error. */
export async function waggle(
  argv: readonly string[],
  { clock = systemClock(), environment = {}, interrupted, stdin = '', columns }: Saying = {},
): Promise<Said> {
  let out = ''
  let err = ''
  const terminal = columns === undefined ? {} : { isTTY: true, columns }
  const code = await runMain(argv, {
    environment,
    clock,
    out: { ...terminal, write: (text) => void (out += text) },
    terminal: { ...terminal, write: (text) => void (err += text) },
    interrupted: interrupted ?? (() => new AbortController().signal),
    input: (async function* () {
      yield await Promise.resolve(stdin)
    })(),
  })
  return { code, out, err }
}
