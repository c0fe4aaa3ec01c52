import { Command as Commander, Option } from 'commander'
import { WaggleError } from '@waggle/base'
import { nearest } from './nearest.ts'
import {
  VERSION,
  type Command,
  type CommandDeps,
  type CommandGroup,
  type InputSpec,
} from './command.ts'
import { COMMANDS } from './table.ts'

export const EXIT_CODES = `Exit codes: 0 ok, 1 a difference or a finding, 2 usage or rights, 3 not found, 4 conflict or fenced, 5 unavailable.`

const EXAMPLES = [
  'dev --data .waggle/bus',
  'tail --agent ada --kind decision',
  'recount --data .waggle/bus',
]

/** What a run of the program came to. */
export interface Outcome {
  exitCode: number
}

/**
 * The program with every command's name, and with the code of those named in `wanted`: of all where it is
 * undefined. A command that runs leaves its exit code in `outcome`.
 */
export async function buildProgram(
  deps: CommandDeps,
  wanted: string | undefined,
  outcome: Outcome,
): Promise<Commander> {
  const { out } = deps
  const program = new Commander('waggle')
    .description('Event-sourced memory and message bus for swarms of AI agents')
    .version(VERSION)
    .usage('COMMAND [options]')
    .exitOverride()
    .helpCommand('help [command]', 'Help of a command')
    .configureOutput({
      writeOut: (text) => void out.write(text),
      // What went wrong is thrown, and told by whoever catches it.
      writeErr: () => {},
      getOutHelpWidth: () => out.columns || HELP_WIDTH,
      getOutHasColors: () => false,
    })
    .configureHelp({ subcommandTerm: (child) => child.name() })
    .showSuggestionAfterError(false)
  for (const entry of COMMANDS) {
    const { name, summary, heading } = entry
    const child = program.command(name).description(summary).helpGroup(heading)
    if (wanted === undefined || wanted === name) {
      const loaded = await entry.load()
      if (isGroup(loaded)) addGroup(child, loaded, deps, outcome)
      else configure(child, loaded, deps, outcome)
    }
  }
  program.addHelpText('after', `\n${EXIT_CODES}\n${examplesText(EXAMPLES)}`)
  program.action(() => {
    const [unknown] = program.args
    if (unknown === undefined) return program.outputHelp()
    throw unknownCommand(
      'waggle',
      unknown,
      COMMANDS.map(({ name }) => name),
    )
  })
  program.allowUnknownOption().allowExcessArguments()
  return program
}

const HELP_WIDTH = 100

export function isGroup(loaded: Command | CommandGroup): loaded is CommandGroup {
  return 'commands' in loaded
}

function addGroup(
  parent: Commander,
  { commands }: CommandGroup,
  deps: CommandDeps,
  outcome: Outcome,
): void {
  for (const [name, command] of Object.entries(commands))
    configure(parent.command(name).description(command.summary), command, deps, outcome)
  parent.usage('COMMAND [options]').helpCommand(false)
  parent.allowUnknownOption().allowExcessArguments()
  parent.action(() => {
    const [given = 'nothing'] = parent.args
    throw unknownCommand(`waggle ${parent.name()}`, given, Object.keys(commands))
  })
}

function configure(child: Commander, command: Command, deps: CommandDeps, outcome: Outcome): void {
  const usage: string[] = []
  for (const [name, spec] of Object.entries(command.args)) {
    const text = `${spec.value ?? name.toUpperCase()}${spec.rest === true ? '...' : ''}`
    usage.push(spec.schema.safeParse(undefined).success ? `[${text}]` : text)
    // Those that are missing are told together with everything else that is wrong.
    child.argument(`[${text}]`, spec.help)
  }
  child.usage([...usage, '[options]'].join(' '))
  for (const [name, spec] of Object.entries(command.options)) child.addOption(optionOf(name, spec))
  const after = [command.details, command.exits, examplesText(command.examples)]
  child.addHelpText('after', `\n${after.filter((text) => text !== '').join('\n\n')}`)
  child.allowUnknownOption().allowExcessArguments()
  child.action(async () => {
    outcome.exitCode = await command.run(givenOf(child, command), deps)
  })
}

function optionOf(name: string, { value, help, schema }: InputSpec): Option {
  const made = new Option(value === undefined ? `--${name}` : `--${name} <${value}>`, help)
  const byDefault = schema.safeParse(undefined)
  const isShown = byDefault.success && ['string', 'number'].includes(typeof byDefault.data)
  // Told, not set: the schema sets it.
  if (isShown && Number.isFinite(Number(byDefault.data)) === (typeof byDefault.data === 'number'))
    made.description = `${help} (${String(byDefault.data)} if left out)`
  return made
}

function givenOf(child: Commander, command: Command): Parameters<Command['run']>[0] {
  const values: Record<string, unknown> = {}
  for (const made of child.options) {
    const value: unknown = child.getOptionValue(made.attributeName())
    if (value !== undefined) values[made.name()] = value
  }
  const isOption = (text: string): boolean => text.length > 1 && text.startsWith('-')
  const operands = child.args.filter((text) => !isOption(text))
  for (const [name, spec] of Object.entries(command.args)) {
    const taken = operands.splice(0, spec.rest === true ? operands.length : 1)
    if (spec.rest === true) values[name] = taken
    else if (taken.length > 0) values[name] = taken[0]
  }
  const known = Object.keys(command.options).map((name) => `--${name}`)
  const options = child.args.filter(isOption).map((text) => suggested(text, known))
  return { values, strangers: [...options, ...operands] }
}

function suggested(text: string, known: readonly string[]): string {
  const meant = nearest(text, known)
  return meant === undefined ? text : `${text} (${meant}?)`
}

function unknownCommand(of: string, given: string, names: readonly string[]): WaggleError {
  const meant = nearest(given, names)
  const hint =
    meant === undefined ? `its commands are ${names.join(', ')}` : `do you mean ${meant}?`
  return new WaggleError('CONFIG_INVALID', `${of} ${given}: unknown; ${hint}`, { input: given })
}

function examplesText(examples: readonly string[]): string {
  if (examples.length === 0) return ''
  const title = examples.length === 1 ? 'Example:' : 'Examples:'
  return [title, ...examples.map((line) => `  waggle ${line}`)].join('\n')
}
