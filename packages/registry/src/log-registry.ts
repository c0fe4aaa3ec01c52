import { WaggleError } from '@waggle/base'
import type { SchemaRegistry } from '@waggle/codec'
import { positionText, SCHEMA_TOPIC, type Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { readCommand, type RegistryCommand } from './registry-command.ts'
import {
  applyCommand,
  emptyRegistry,
  settledVerdict,
  type CommandVerdict,
  type RegistryState,
} from './registry-state.ts'

/** The built-in registry: commands in a topic of the log, folded by every process that opens it. */
export interface LogRegistry extends SchemaRegistry {
  /** The state with everything that is in the log now. */
  state(): Promise<RegistryState>
  /** Appends a command that would change something, and returns the log's verdict on it. */
  submit(command: RegistryCommand): Promise<CommandVerdict>
}

const READ_RECORDS = 1000

export function createLogRegistry({ log }: { readonly log: EventLog }): LogRegistry {
  const state = emptyRegistry()
  /** Verdicts by position, kept only while somebody waits for one. */
  const verdicts = new Map<string, CommandVerdict>()
  let waiting = 0
  let next: Position = { topic: SCHEMA_TOPIC, partition: 0, offset: 0n }
  let folding: Promise<void> = Promise.resolve()

  const foldToEnd = async (): Promise<void> => {
    for (;;) {
      const records = await log.read(next, READ_RECORDS)
      const last = records.at(-1)
      if (last === undefined) return
      for (const record of records) {
        const verdict = verdictOn(state, record.value)
        if (waiting > 0) verdicts.set(positionText(record), verdict)
      }
      next = { ...next, offset: last.offset + 1n }
    }
  }

  /** One fold at a time, each reaching the end that the log has when it starts. */
  const catchUp = (): Promise<void> => {
    folding = folding.then(foldToEnd, foldToEnd)
    return folding
  }

  const appendAndJudge = async (command: RegistryCommand): Promise<CommandVerdict> => {
    const record = {
      topic: SCHEMA_TOPIC,
      key: command.subject ?? '',
      value: Buffer.from(JSON.stringify(command)),
    }
    waiting++
    try {
      const [position] = await log.append([record])
      await catchUp()
      return verdicts.get(positionText(position!))!
    } finally {
      if (--waiting === 0) verdicts.clear()
    }
  }

  /** What is refused is not appended; what is appended is judged again in its place among the others. */
  const submit = async (command: RegistryCommand): Promise<CommandVerdict> => {
    await catchUp()
    return settledVerdict(state, command) ?? appendAndJudge(command)
  }

  return {
    submit,
    state: async () => {
      await catchUp()
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
      if (state.schemas[id - 1] === undefined) await catchUp()
      const found = state.schemas[id - 1]
      if (found === undefined)
        throw new WaggleError('SCHEMA_UNKNOWN', `No schema with id ${id}`, { input: id })
      return found.schema
    },
  }
}

/** A command that cannot be read changes nothing: the topic stays readable whoever wrote to it. */
function verdictOn(state: RegistryState, value: Buffer): CommandVerdict {
  const command = readCommand(value)
  if (command !== undefined) return applyCommand(state, command)
  return { is: 'refused', code: 'SCHEMA_INVALID', reason: 'not a command of the registry' }
}
