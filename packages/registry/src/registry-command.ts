import { COMPATIBILITY_LEVELS, type CompatibilityLevel } from '@waggle/codec'
import type { AvroRecord } from '@waggle/event'

/** What stands in the log; the verdict on it is computed, not stored. */
export type RegistryCommand = RegisterCommand | ConfigCommand | DeleteCommand

export interface RegisterCommand {
  readonly op: 'register'
  readonly subject: string
  readonly schema: AvroRecord
}

export interface ConfigCommand {
  readonly op: 'config'
  /** null: of all subjects that have no level of their own. */
  readonly subject: string | null
  /** null: back to the default. */
  readonly level: CompatibilityLevel | null
}

export interface DeleteCommand {
  readonly op: 'delete'
  readonly subject: string
  /** null: all versions of the subject. */
  readonly version: number | null
  /** Only what is deleted softly can be deleted permanently. */
  readonly permanent: boolean
}

/** The command in a record's value; undefined where it holds none, whoever wrote it. */
export function readCommand(value: Buffer): RegistryCommand | undefined {
  const json = jsonOf(value)
  return typeof json === 'object' && json !== null && isCommand(json) ? json : undefined
}

function isCommand(json: object): json is RegistryCommand {
  const { op, subject, schema, level, version, permanent } = json as Record<string, unknown>
  switch (op) {
    case 'register':
      return typeof subject === 'string' && schema !== undefined
    case 'config':
      return (typeof subject === 'string' || subject === null) && (level === null || isLevel(level))
    case 'delete':
      return (
        typeof subject === 'string' &&
        (version === null || Number.isSafeInteger(version)) &&
        typeof permanent === 'boolean'
      )
    default:
      return false
  }
}

export function isLevel(text: unknown): text is CompatibilityLevel {
  return COMPATIBILITY_LEVELS.includes(text as CompatibilityLevel)
}

function jsonOf(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString())
  } catch {
    return undefined
  }
}
