import { systemClock } from '@waggle/base'
import type { Command as Commander } from 'commander'
import { buildProgram } from './build-program.ts'

const WIDTH = 100

const HEAD = `# The command \`waggle\`

Made from the program's own help by \`npm run generate\`; a test holds them together.

\`npm run waggle -- COMMAND\` runs it in a checkout, \`npx waggle COMMAND\` does the same.

## Which bus

Commands that ask a swarm go to a gateway: the one of \`--url\`, of \`WAGGLE_URL\`, of \`--context\` or \`WAGGLE_CONTEXT\`, or of
the context that \`waggle contexts select\` made the usual one. \`--token\` or \`WAGGLE_TOKEN\`, \`--swarm\` and \`--run\` go before
what the context has. With \`--data DIR\` they need no gateway: the bus of that folder is opened in the process. Contexts,
with their tokens, stand in \`~/.config/waggle/contexts.json\` (\`XDG_CONFIG_HOME\`), readable by their owner alone.

The others read a log: of an embedded bus with \`--data\`, else of the cluster that \`WAGGLE_\` variables name.

## Answers

\`--json\` makes every answer one JSON document, or one in each line. Tables are as wide as the terminal, colours are for
terminals without \`NO_COLOR\`, and progress goes to standard error where that is a terminal. An error is \`CODE: message\` on
standard error, or \`{"error":{"code","message"}}\` with \`--json\`.

| exit code | means                                                                           |
| --------- | ------------------------------------------------------------------------------- |
| 0         | ok                                                                              |
| 1         | a difference or a finding: what was asked for is not so                         |
| 2         | the command line, the configuration, the input or the rights of the token       |
| 3         | not found                                                                       |
| 4         | a conflict: a newer version, a lock that moved on, a number that was used       |
| 5         | unavailable: no gateway, log, registry or view answers in time; try again later |
`

/** docs/cli.md: what every command says of itself. */
export async function cliReference(): Promise<string> {
  const out = { columns: WIDTH, write: () => true }
  const nothing = (async function* (): AsyncGenerator<string> {})()
  const deps = {
    environment: {},
    clock: systemClock(),
    out,
    terminal: out,
    interrupted: () => new AbortController().signal,
    input: nothing,
  }
  const program = await buildProgram(deps, undefined, { exitCode: 0 })
  const sections = program.commands.filter((child) => child.name() !== 'help').flatMap(sectionsOf)
  return [HEAD, '## All commands\n', fenced(program), ...sections].join('\n')
}

function sectionsOf(command: Commander): string[] {
  const below = command.commands.flatMap((child) => [
    `### waggle ${command.name()} ${child.name()}\n`,
    fenced(child),
  ])
  return [`## waggle ${command.name()}\n`, fenced(command), ...below]
}

function fenced(command: Commander): string {
  let text = ''
  command.configureOutput({ writeOut: (more) => void (text += more), getOutHelpWidth: () => WIDTH })
  command.outputHelp()
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`
}
