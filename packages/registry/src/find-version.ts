import { liveVersions, type RegistryState, type SubjectVersion } from './registry-state.ts'
import { RestError } from './rest-reply.ts'

/** The versions of a subject, oldest first; 40401 where there are none. */
export function versionsOf(
  state: RegistryState,
  subject: string,
  withDeleted = false,
): readonly SubjectVersion[] {
  const versions = withDeleted ? (state.subjects.get(subject) ?? []) : liveVersions(state, subject)
  if (versions.length === 0) throw new RestError(404, 40401, `Subject '${subject}' not found.`)
  return versions
}

/** A version by its number or 'latest'; 40402 where there is none. */
export function versionOf(
  state: RegistryState,
  subject: string,
  text: string,
  withDeleted = false,
): SubjectVersion {
  const wanted = versionNumber(text)
  const versions = versionsOf(state, subject, withDeleted)
  const found =
    wanted === 'latest' ? versions.at(-1) : versions.find(({ version }) => version === wanted)
  if (found === undefined) throw new RestError(404, 40402, `Version ${text} not found.`)
  return found
}

/** '3' -> 3, 'latest' or '-1' -> 'latest'; 42202 for anything else. */
export function versionNumber(text: string): number | 'latest' {
  if (text === 'latest' || text === '-1') return 'latest'
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new RestError(422, 42202, `The specified version '${text}' is not a valid version id`)
}

/** The schema of an id as JSON text; 40403 where there is none. */
export function textOf(state: RegistryState, id: number): string {
  const found = state.schemas[id - 1]
  if (found === undefined) throw new RestError(404, 40403, `Schema ${id} not found`)
  return JSON.stringify(found.schema)
}
