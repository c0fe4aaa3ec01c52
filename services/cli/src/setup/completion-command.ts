import { z } from 'zod'
import { defineCommand, option, type InputSpec } from '../program/command.ts'
import { allCommands } from '../program/all-commands.ts'
import { COMMANDS } from '../program/table.ts'
import { SHELLS, type Completable, type Shell } from './completion-scripts.ts'

const shells = Object.keys(SHELLS) as [Shell, ...Shell[]]

export const COMPLETION = defineCommand({
  details: `For bash, in ~/.bashrc: eval "$(waggle completion bash)"
For zsh, in ~/.zshrc: eval "$(waggle completion zsh)"
For fish: waggle completion fish > ~/.config/fish/completions/waggle.fish`,
  args: { shell: option(shells.join('|'), 'the shell', z.enum(shells)) },
  examples: ['completion bash'],
  run: async ({ shell, json }, { out }) => {
    const script = SHELLS[shell](await completables())
    out.write(json ? `${JSON.stringify({ shell, script })}\n` : script)
    return 0
  },
})

async function completables(): Promise<Completable[]> {
  const all = await allCommands()
  return all.map(({ words, summary, command }) => ({
    words,
    summary,
    group: COMMANDS.find(({ name }) => name === words[0])!.summary,
    options: Object.entries(command.options).map(([name, spec]) => ({
      name,
      help: spec.help,
      values: valuesOf(spec),
      isFlag: spec.value === undefined,
    })),
    values: Object.values(command.args).slice(0, 1).flatMap(valuesOf),
  }))
}

/** A placeholder in small letters, such as open|decided, lists what may be given. */
function valuesOf({ value = '' }: InputSpec): string[] {
  return /^[a-z0-9_-]+(\|[a-z0-9_-]+)+$/.test(value) ? value.split('|') : []
}
