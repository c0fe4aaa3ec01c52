import { positionText, SCHEMA_TOPIC, type Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { readCommand, type RegistryCommand } from './registry-command.ts'
import {
  applyCommand,
  emptyRegistry,
  type CommandVerdict,
  type RegistryState,
} from './registry-state.ts'

const READ_RECORDS = 1000

/** The topic of commands, folded as far as it was read. */
export class CommandLog {
  readonly state: RegistryState = emptyRegistry()
  readonly #log: EventLog
  /** Verdicts by position, kept only while somebody waits for one. */
  readonly #verdicts = new Map<string, CommandVerdict>()
  #waiting = 0
  #next: Position = { topic: SCHEMA_TOPIC, partition: 0, offset: 0n }
  #folding: Promise<void> = Promise.resolve()

  constructor(log: EventLog) {
    this.#log = log
  }

  /** One fold at a time, each reaching the end that the log has when it starts. */
  catchUp(): Promise<void> {
    const fold = (): Promise<void> => this.#foldToEnd()
    this.#folding = this.#folding.then(fold, fold)
    return this.#folding
  }

  /** Appends a command; the verdict on it in its place among the others. */
  async append(command: RegistryCommand): Promise<CommandVerdict> {
    const value = Buffer.from(JSON.stringify(command))
    this.#waiting++
    try {
      const [position] = await this.#log.append([
        { topic: SCHEMA_TOPIC, key: command.subject ?? '', value },
      ])
      await this.catchUp()
      return this.#verdicts.get(positionText(position!))!
    } finally {
      if (--this.#waiting === 0) this.#verdicts.clear()
    }
  }

  async #foldToEnd(): Promise<void> {
    for (;;) {
      const records = await this.#log.read(this.#next, READ_RECORDS)
      const last = records.at(-1)
      if (last === undefined) return
      for (const record of records) {
        const verdict = this.#apply(record.value)
        if (this.#waiting > 0) this.#verdicts.set(positionText(record), verdict)
      }
      this.#next = { ...this.#next, offset: last.offset + 1n }
    }
  }

  /** A command that cannot be read changes nothing: the topic stays readable whoever wrote to it. */
  #apply(value: Buffer): CommandVerdict {
    const command = readCommand(value)
    if (command !== undefined) return applyCommand(this.state, command)
    return { is: 'refused', code: 'SCHEMA_INVALID', reason: 'not a command of the registry' }
  }
}
