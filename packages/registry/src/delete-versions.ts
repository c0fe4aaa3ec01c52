import type { DeleteCommand } from './registry-command.ts'
import type {
  RefusalCode,
  RegistryRefusal,
  RegistryState,
  SubjectVersion,
} from './registry-state.ts'

/** Why a deletion would be refused; undefined where it would not. */
export function deletionRefusal(
  { subjects }: RegistryState,
  { subject, version, permanent }: DeleteCommand,
): RegistryRefusal | undefined {
  const versions = subjects.get(subject)
  if (versions === undefined) return refused('SUBJECT_UNKNOWN', `there is no subject ${subject}`)
  const chosen = chosenOf(versions, version)
  if (chosen.length === 0) return refused('VERSION_UNKNOWN', `${subject} has no ${version}`)
  const what = version === null ? subject : `${subject} ${version}`
  if (!permanent && chosen.every(isDeleted))
    return refused(
      version === null ? 'SUBJECT_DELETED' : 'VERSION_DELETED',
      `${what} is deleted softly already; permanent=true deletes it for good`,
    )
  if (permanent && !chosen.every(isDeleted))
    return refused(
      version === null ? 'SUBJECT_NOT_DELETED' : 'VERSION_NOT_DELETED',
      `${what} is to be deleted softly first`,
    )
  return undefined
}

/** Deletes what `deletionRefusal` let pass; the versions that are gone. */
export function deleteVersions(
  { subjects, levels }: RegistryState,
  { subject, version, permanent }: DeleteCommand,
): readonly number[] {
  const versions = subjects.get(subject)!
  const gone = new Set(
    chosenOf(versions, version).filter((found) => permanent || !isDeleted(found)),
  )
  const left = permanent
    ? versions.filter((found) => !gone.has(found))
    : versions.map((found) => (gone.has(found) ? { ...found, deleted: true as const } : found))
  if (left.length === 0) subjects.delete(subject)
  else subjects.set(subject, left)
  // As Confluent's: a subject that is deleted whole loses its level.
  if (version === null) levels.delete(subject)
  return [...gone].map((found) => found.version)
}

function chosenOf(
  versions: readonly SubjectVersion[],
  version: number | null,
): readonly SubjectVersion[] {
  return version === null ? versions : versions.filter((found) => found.version === version)
}

function isDeleted({ deleted }: SubjectVersion): boolean {
  return deleted === true
}

function refused(code: RefusalCode, reason: string): RegistryRefusal {
  return { is: 'refused', code, reason }
}
