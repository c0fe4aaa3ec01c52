import { messageOf } from '@waggle/base'
import { checkCompatibility, parseSchema, type CompatibilityLevel } from '@waggle/codec'
import type { AvroRecord } from '@waggle/event'
import { deleteVersions, deletionRefusal } from './delete-versions.ts'
import type { RegistryCommand } from './registry-command.ts'

export interface SubjectVersion {
  readonly version: number
  readonly id: number
  /** Deleted softly: neither listed nor compared with, but still there. */
  readonly deleted?: true
}

/**
 * The registry as a pure fold over its commands: every process that reads the same log gives the same
 * ids and the same refusals.
 */
export interface RegistryState {
  /** Schema text by id - 1; never shortened, for the log keeps frames with every id there was. */
  readonly schemas: { readonly text: string; readonly schema: AvroRecord }[]
  readonly idByText: Map<string, number>
  readonly subjects: Map<string, SubjectVersion[]>
  readonly levels: Map<string, CompatibilityLevel>
  globalLevel: CompatibilityLevel
}

export type RefusalCode =
  | 'SCHEMA_INVALID'
  | 'SCHEMA_INCOMPATIBLE'
  | 'SUBJECT_UNKNOWN'
  | 'SUBJECT_DELETED'
  | 'SUBJECT_NOT_DELETED'
  | 'VERSION_UNKNOWN'
  | 'VERSION_DELETED'
  | 'VERSION_NOT_DELETED'

export interface RegistryRefusal {
  readonly is: 'refused'
  readonly code: RefusalCode
  readonly reason: string
}

export type CommandVerdict =
  | { readonly is: 'registered'; readonly id: number; readonly version: number }
  | { readonly is: 'configured' }
  | { readonly is: 'deleted'; readonly versions: readonly number[] }
  | RegistryRefusal

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
  return settledVerdict(state, command) ?? changeState(state, command)
}

/**
 * The verdict on a command that would change nothing: refused, or true already. It need not be appended;
 * undefined where it must be.
 */
export function settledVerdict(
  state: RegistryState,
  command: RegistryCommand,
): CommandVerdict | undefined {
  switch (command.op) {
    case 'config':
      return undefined
    case 'delete':
      return deletionRefusal(state, command)
    case 'register': {
      const registered = registeredVersion(state, command.subject, command.schema)
      if (registered !== undefined) return { is: 'registered', ...registered }
      return checkSchema(state, command.subject, command.schema)
    }
  }
}

function changeState(state: RegistryState, command: RegistryCommand): CommandVerdict {
  switch (command.op) {
    case 'config':
      return configure(state, command.subject, command.level)
    case 'delete':
      return { is: 'deleted', versions: deleteVersions(state, command) }
    case 'register':
      return addVersion(state, command.subject, command.schema)
  }
}

/** The version of a subject that holds this schema, unless it is deleted. */
export function registeredVersion(
  state: RegistryState,
  subject: string,
  schema: AvroRecord,
): SubjectVersion | undefined {
  const known = state.idByText.get(schemaText(schema))
  return liveVersions(state, subject).find(({ id }) => id === known)
}

/** The versions of a subject that are not deleted, oldest first. */
export function liveVersions(state: RegistryState, subject: string): readonly SubjectVersion[] {
  return (state.subjects.get(subject) ?? []).filter(({ deleted }) => deleted !== true)
}

/**
 * Why registering would be refused, without doing it; undefined where it would not. Compared with the
 * versions given, or those that the level names.
 */
export function checkSchema(
  state: RegistryState,
  subject: string,
  schema: AvroRecord,
  versions = liveVersions(state, subject),
): RegistryRefusal | undefined {
  const invalid = schemaProblem(schema)
  if (invalid !== undefined) return { is: 'refused', code: 'SCHEMA_INVALID', reason: invalid }
  const earlier = versions.map(({ id }) => state.schemas[id - 1]!.schema)
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

function addVersion(state: RegistryState, subject: string, schema: AvroRecord): CommandVerdict {
  const text = schemaText(schema)
  const id = state.idByText.get(text) ?? state.schemas.push({ text, schema })
  state.idByText.set(text, id)
  const versions = state.subjects.get(subject) ?? []
  const version = (versions.at(-1)?.version ?? 0) + 1
  state.subjects.set(subject, [...versions, { version, id }])
  return { is: 'registered', id, version }
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

function schemaProblem(schema: AvroRecord): string | undefined {
  try {
    parseSchema(schema)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
