import { evolutionProblems } from '@waggle/codec'
import { EVENT_TOPICS, isKind, subjectOf, topicOf, type AvroRecord } from '@waggle/event'
import { checksumOf, type SchemaFiles } from './schema-files.ts'

export interface SchemaFinding {
  /** File and place in it, such as `decision.avsc .confidence`. */
  readonly path: string
  readonly reason: string
}

/** What speaks against the schemas: against following what was released, or against the history itself. */
export function schemaFindings(
  files: readonly SchemaFiles[],
  checksums: Readonly<Record<string, string>>,
): SchemaFinding[] {
  return [...historyFindings(files, checksums), ...files.flatMap(evolutionFindings)]
}

/** The same against the versions that a registry has of each subject. */
export async function registryFindings(
  files: readonly SchemaFiles[],
  versionsOf: (subject: string) => Promise<AvroRecord[]>,
): Promise<SchemaFinding[]> {
  const findings: SchemaFinding[] = []
  for (const { name, path, current } of files) {
    const kind = name.replaceAll('-', '_')
    if (current === undefined || !isKind(kind)) continue
    const topics = kind === 'tick' ? EVENT_TOPICS : [topicOf(kind)]
    for (const topic of topics) {
      const subject = subjectOf(topic, kind)
      const problems = evolutionProblems(current.schema, await versionsOf(subject))
      for (const { path: at, reason, version } of problems)
        findings.push({
          path: `${path} ${at}`,
          reason: `${reason}, against version ${version} of ${subject} in the registry`,
        })
    }
  }
  return findings
}

/** Whether a schema says anything that its last release does not; docs do not count. */
export function isUnreleased({ current, released }: SchemaFiles): boolean {
  const last = released.at(-1)
  return current !== undefined && plainText(current.schema) !== plainText(last?.schema)
}

function plainText(schema: AvroRecord | undefined): string {
  return JSON.stringify(schema, (key, value: unknown) => (key === 'doc' ? undefined : value)) ?? ''
}

function evolutionFindings({ path, current, released }: SchemaFiles): SchemaFinding[] {
  if (current === undefined) return [{ path, reason: 'removed, though events of it were released' }]
  const problems = evolutionProblems(
    current.schema,
    released.map(({ schema }) => schema),
  )
  return problems.map(({ path: at, reason, version }) => ({
    path: `${path} ${at}`,
    reason: `${reason}, against version ${version}`,
  }))
}

/** Released files never change, vanish or appear but by a release. */
function historyFindings(
  files: readonly SchemaFiles[],
  checksums: Readonly<Record<string, string>>,
): SchemaFinding[] {
  const found = new Map(
    files.flatMap(({ released }) => released.map((one) => [one.path, checksumOf(one)] as const)),
  )
  const paths = [...new Set([...found.keys(), ...Object.keys(checksums)])].sort()
  return paths.flatMap((path) => {
    const [is, was] = [found.get(path), checksums[path]]
    if (is === was) return []
    const reason = is === undefined ? 'gone' : was === undefined ? 'not released' : 'changed'
    return [{ path, reason: `${reason}: released versions stay as they are` }]
  })
}
