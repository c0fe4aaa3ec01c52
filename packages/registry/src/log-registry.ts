import { WaggleError } from '@waggle/base'
import type { SchemaRegistry } from '@waggle/codec'
import type { EventLog } from '@waggle/log'
import { CommandLog } from './command-log.ts'
import type { RegistryCommand } from './registry-command.ts'
import { settledVerdict, type CommandVerdict, type RegistryState } from './registry-state.ts'

/** The built-in registry: commands in a topic of the log, folded by every process that opens it. */
export interface LogRegistry extends SchemaRegistry {
  /** The state with everything that is in the log now. */
  state(): Promise<RegistryState>
  /** Appends a command that would change something, and returns the log's verdict on it. */
  submit(command: RegistryCommand): Promise<CommandVerdict>
}

export function createLogRegistry({ log }: { readonly log: EventLog }): LogRegistry {
  const commands = new CommandLog(log)
  const { state } = commands

  /** What is refused is not appended; what is appended is judged again in its place among the others. */
  const submit = async (command: RegistryCommand): Promise<CommandVerdict> => {
    await commands.catchUp()
    return settledVerdict(state, command) ?? commands.append(command)
  }

  return {
    submit,
    state: async () => {
      await commands.catchUp()
      return state
    },
    register: async (subject, schema) => {
      const verdict = await submit({ op: 'register', subject, schema })
      if (verdict.is === 'registered') return verdict.id
      if (verdict.is !== 'refused')
        throw new Error('Broken invariant: a register command registers')
      const code = verdict.code === 'SCHEMA_INCOMPATIBLE' ? 'SCHEMA_INCOMPATIBLE' : 'SCHEMA_INVALID'
      throw new WaggleError(code, `${subject}: ${verdict.reason}`, { input: subject })
    },
    byId: async (id) => {
      if (state.schemas[id - 1] === undefined) await commands.catchUp()
      const found = state.schemas[id - 1]
      if (found === undefined)
        throw new WaggleError('SCHEMA_UNKNOWN', `No schema with id ${id}`, { input: id })
      return found.schema
    },
  }
}
