import { WaggleError, type Clock } from '@waggle/base'
import type { Environment } from '@waggle/service'
import { z } from 'zod'
import type { Terminal } from '../terminal.ts'

export const VERSION = '0.1.0'

/** Where a command prints; `columns` and `isTTY` of a terminal, undefined where it is piped. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface CommandDeps {
  readonly environment: Environment
  readonly clock: Clock
  readonly out: Output
  /** Standard error: for progress, and for what is no answer. */
  readonly terminal: Terminal
  /** Once asked for, Ctrl-C aborts the signal instead of the process. */
  readonly interrupted: () => AbortSignal
  /** Standard input. */
  readonly input: AsyncIterable<Uint8Array | string>
}

export interface InputSpec<S extends z.ZodType = z.ZodType> {
  /** Placeholder of its value, such as DIR; undefined for a flag. */
  readonly value?: string
  readonly help: string
  readonly schema: S
  /** A positional that takes all that is left. */
  readonly rest?: boolean
}
export type Inputs = Readonly<Record<string, InputSpec>>
/** What a command is given for its inputs. */
export type WantedOf<I extends Inputs> = Values<I> & Common

type Values<I extends Inputs> = { [Name in keyof I]: z.output<I[Name]['schema']> }

/** What every command is given beside its own. */
interface Common {
  readonly json: boolean
}

/** One command, as the program sees it: what it takes, what it says of itself, and how it runs. */
export interface Command {
  readonly args: Inputs
  readonly options: Inputs
  /** Behind the summary in its help. */
  readonly details: string
  /** Command lines without `waggle`; the first is in docs, too. */
  readonly examples: readonly string[]
  /** Its exit codes where they mean more than the table of them says. */
  readonly exits: string
  /** Its exit code. CONFIG_INVALID that lists everything wrong with the command line. */
  run(given: Given, deps: CommandDeps): Promise<number>
}

/** A command line as it was typed: values by name, and what no name was found for. */
export interface Given {
  readonly values: Readonly<Record<string, unknown>>
  readonly strangers: readonly string[]
}

export interface CommandGroup {
  readonly commands: Readonly<Record<string, Command & { readonly summary: string }>>
}

export interface CommandDefinition<A extends Inputs, O extends Inputs> {
  readonly args?: A
  readonly options?: O
  readonly details?: string
  readonly examples: readonly string[]
  readonly exits?: string
  /** Options that do not go together: by name, what is wrong. */
  check?(wanted: Values<A> & Values<O>): Readonly<Record<string, string>>
  run(wanted: Values<A> & Values<O> & Common, deps: CommandDeps): Promise<number>
}

type NoInputs = Record<never, never>

/** A command from its inputs and a function of them. */
export function defineCommand<A extends Inputs = NoInputs, O extends Inputs = NoInputs>(
  definition: CommandDefinition<A, O>,
): Command {
  const { details = '', exits = '', examples, check } = definition
  const args: Inputs = definition.args ?? {}
  const options: Inputs = { ...definition.options, json: JSON_FLAG }
  const shape = Object.fromEntries(
    Object.entries({ ...args, ...options }).map(([name, { schema }]) => [name, schema]),
  )
  const schema = z.strictObject(shape).superRefine((wanted, context) => {
    const wrong = check?.(wanted as Values<A> & Values<O>) ?? {}
    for (const [name, message] of Object.entries(wrong))
      context.addIssue({ code: 'custom', path: [name], message })
  })
  return {
    args,
    options,
    details,
    examples,
    exits,
    run: ({ values, strangers }, deps) => {
      const parsed = schema.safeParse(values)
      const issues = (parsed.error?.issues ?? []).map(({ path, message }) => {
        const name = String(path[0])
        const shown = name in args ? (args[name]!.value ?? name) : `--${name}`
        return `${shown}: ${name in values || message !== NOTHING ? message : 'is missing'}`
      })
      const problems = [...strangers.map((text) => `${text}: unknown`), ...issues]
      if (parsed.success && problems.length === 0) {
        const wanted = parsed.data as unknown as Values<A> & Values<O> & Common
        return definition.run(wanted, wanted.json ? forPrograms(deps) : deps)
      }
      throw new WaggleError('CONFIG_INVALID', problems.join('; '), { input: problems })
    },
  }
}

/** As if piped: no bar, no colour and no width, whatever program holds the terminal. */
function forPrograms({ out, terminal, ...deps }: CommandDeps): CommandDeps {
  return {
    ...deps,
    out: { write: (text) => out.write(text) },
    terminal: { write: (text) => terminal.write(text) },
  }
}

const NOTHING = 'Invalid input: expected string, received undefined'

export function option<S extends z.ZodType>(value: string, help: string, schema: S): InputSpec<S> {
  return { value, help, schema }
}

export function flag(help: string): InputSpec<z.ZodDefault<z.ZodBoolean>> {
  return { help, schema: z.boolean().default(false) }
}

const JSON_FLAG = flag('one JSON document, or one in each line, for programs')
