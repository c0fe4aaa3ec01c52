import { WaggleError } from '@waggle/base'
import type { SchemaRegistry } from '@waggle/codec'
import { positionText, SCHEMA_TOPIC, type AvroRecord, type Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import {
  applyCommand,
  emptyRegistry,
  schemaText,
  type CommandVerdict,
  type RegistryCommand,
  type RegistryState,
} from './registry-state.ts'

/** The built-in registry: commands in a topic of the log, folded by every process that opens it. */
export interface LogRegistry extends SchemaRegistry {
  /** The state with everything that is in the log now. */
  state(): Promise<RegistryState>
  /** Appends a command and returns the log's verdict on it. */
  submit(command: RegistryCommand): Promise<CommandVerdict>
}

const READ_RECORDS = 1000

export function createLogRegistry({ log }: { readonly log: EventLog }): LogRegistry {
  const state = emptyRegistry()
  const verdicts = new Map<string, CommandVerdict>()
  let next: Position = { topic: SCHEMA_TOPIC, partition: 0, offset: 0n }
  let folding: Promise<void> = Promise.resolve()

  const foldToEnd = async (): Promise<void> => {
    for (;;) {
      const records = await log.read(next, READ_RECORDS)
      const last = records.at(-1)
      if (last === undefined) return
      for (const record of records) {
        verdicts.set(positionText(record), verdictOn(state, record.value))
      }
      next = { ...next, offset: last.offset + 1n }
    }
  }

  /** One fold at a time, each reaching the end that the log has when it starts. */
  const catchUp = (): Promise<void> => {
    folding = folding.then(foldToEnd, foldToEnd)
    return folding
  }

  const submit = async (command: RegistryCommand): Promise<CommandVerdict> => {
    const record = {
      topic: SCHEMA_TOPIC,
      key: command.subject ?? '',
      value: Buffer.from(JSON.stringify(command)),
    }
    const [position] = await log.append([record])
    await catchUp()
    return verdicts.get(positionText(position!))!
  }

  return {
    submit,
    state: async () => {
      await catchUp()
      return state
    },
    register: async (subject, schema) => {
      await catchUp()
      const known = registeredId(state, subject, schema)
      if (known !== undefined) return known
      const verdict = await submit({ op: 'register', subject, schema })
      if (verdict.is === 'registered') return verdict.id
      if (verdict.is === 'configured')
        throw new Error('Broken invariant: a register command registers')
      throw new WaggleError(verdict.code, `${subject}: ${verdict.reason}`, { input: subject })
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
  try {
    return applyCommand(state, JSON.parse(value.toString()) as RegistryCommand)
  } catch {
    return { is: 'refused', code: 'SCHEMA_INVALID', reason: 'not a command of the registry' }
  }
}

function registeredId(
  state: RegistryState,
  subject: string,
  schema: AvroRecord,
): number | undefined {
  const id = state.idByText.get(schemaText(schema))
  return state.subjects.get(subject)?.find((version) => version.id === id)?.id
}
