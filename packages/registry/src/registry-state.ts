import { messageOf, type ErrorCode } from '@waggle/base'
import { avroTypeOf, checkCompatibility, type CompatibilityLevel } from '@waggle/codec'
import type { AvroRecord } from '@waggle/event'

/** What stands in the log; the verdict on it is computed, not stored. */
export type RegistryCommand =
  | { readonly op: 'register'; readonly subject: string; readonly schema: AvroRecord }
  | {
      readonly op: 'config'
      readonly subject: string | null
      readonly level: CompatibilityLevel | null
    }

export interface SubjectVersion {
  readonly version: number
  readonly id: number
}

/**
 * The registry as a pure fold over its commands: every process that reads the same log gives the same
 * ids and the same refusals.
 */
export interface RegistryState {
  /** Schema text by id - 1. */
  readonly schemas: { readonly text: string; readonly schema: AvroRecord }[]
  readonly idByText: Map<string, number>
  readonly subjects: Map<string, SubjectVersion[]>
  readonly levels: Map<string, CompatibilityLevel>
  globalLevel: CompatibilityLevel
}

export type CommandVerdict =
  | { readonly is: 'registered'; readonly id: number; readonly version: number }
  | { readonly is: 'configured' }
  | { readonly is: 'refused'; readonly code: ErrorCode; readonly reason: string }

export const DEFAULT_LEVEL: CompatibilityLevel = 'BACKWARD_TRANSITIVE'

export function emptyRegistry(): RegistryState {
  return {
    schemas: [],
    idByText: new Map(),
    subjects: new Map(),
    levels: new Map(),
    globalLevel: DEFAULT_LEVEL,
  }
}

/** Command -> verdict; the state is changed in place. */
export function applyCommand(state: RegistryState, command: RegistryCommand): CommandVerdict {
  if (command.op === 'config') return configure(state, command.subject, command.level)
  const { subject, schema } = command
  const text = schemaText(schema)
  const versions = state.subjects.get(subject) ?? []
  const known = state.idByText.get(text)
  const registered = versions.find(({ id }) => id === known)
  if (registered !== undefined) return { is: 'registered', ...registered }
  const problem = checkSchema(state, subject, schema)
  if (problem !== undefined) return problem
  const id = known ?? state.schemas.push({ text, schema })
  state.idByText.set(text, id)
  const version = (versions.at(-1)?.version ?? 0) + 1
  state.subjects.set(subject, [...versions, { version, id }])
  return { is: 'registered', id, version }
}

/** Why registering would be refused, without doing it; undefined where it would not. */
export function checkSchema(
  state: RegistryState,
  subject: string,
  schema: AvroRecord,
): CommandVerdict | undefined {
  const invalid = schemaProblem(schema)
  if (invalid !== undefined) return invalid
  const earlier = (state.subjects.get(subject) ?? []).map(({ id }) => state.schemas[id - 1]!.schema)
  const problems = checkCompatibility(levelOf(state, subject), schema, earlier)
  if (problems.length === 0) return undefined
  const reason = problems.map(({ path, reason: why }) => `${path || '.'}: ${why}`).join('; ')
  return { is: 'refused', code: 'SCHEMA_INCOMPATIBLE', reason }
}

export function levelOf(state: RegistryState, subject: string): CompatibilityLevel {
  return state.levels.get(subject) ?? state.globalLevel
}

/** Schemas are equal when their JSON is, whatever its spacing and the order of its keys. */
export function schemaText(schema: unknown): string {
  return JSON.stringify(schema, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

function configure(
  state: RegistryState,
  subject: string | null,
  level: CompatibilityLevel | null,
): CommandVerdict {
  if (subject === null) state.globalLevel = level ?? DEFAULT_LEVEL
  else if (level === null) state.levels.delete(subject)
  else state.levels.set(subject, level)
  return { is: 'configured' }
}

function schemaProblem(schema: AvroRecord): CommandVerdict | undefined {
  try {
    avroTypeOf(typeof schema === 'string' ? { type: schema } : schema)
    return undefined
  } catch (error) {
    return { is: 'refused', code: 'SCHEMA_INVALID', reason: messageOf(error) }
  }
}
