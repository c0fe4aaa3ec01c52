import type { Command } from './command.ts'
import { COMMANDS } from './table.ts'

export interface NamedCommand {
  /** Such as ['dlq', 'ls']. */
  readonly words: readonly string[]
  readonly summary: string
  readonly command: Command
}

/** Every command there is, with its code. */
export async function allCommands(): Promise<NamedCommand[]> {
  const found: NamedCommand[] = []
  for (const { name, summary, load } of COMMANDS) {
    const loaded = await load()
    if (!('commands' in loaded)) found.push({ words: [name], summary, command: loaded })
    else
      for (const [below, command] of Object.entries(loaded.commands))
        found.push({ words: [name, below], summary: command.summary, command })
  }
  return found
}
