import type { SubjectJson } from '@waggle/api'
import { Choice } from '../../ui/choice.tsx'
import { useUrl } from '../../app/url.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { JsonTree } from '../../ui/json-tree.tsx'
import { avroFields } from './avro-fields.ts'
import { diffFields, type FieldChange } from './diff-fields.ts'

type Version = SubjectJson['versions'][number]

/** Fields of a version; with another one chosen, what changed from it. */
export function SubjectDetail({ subject }: { readonly subject: SubjectJson }) {
  const [search, change] = useUrl()
  const { versions, compatibility } = subject
  const find = (name: string): Version | undefined =>
    versions.find(({ version }) => String(version) === search[name])
  const after = find('new') ?? versions.at(-1)
  if (after === undefined) return null
  const before = find('old') ?? versions[versions.indexOf(after) - 1]
  const options = versions.map(
    ({ version, id }) => [String(version), `${version} (id ${id})`] as const,
  )
  const changes = diffFields(fieldsOf(before ?? after), fieldsOf(after))
  const changed = changes.filter((one) => one.change !== 'same').length
  return (
    <div className="subject">
      <p className="row">
        <Badge>{compatibility}</Badge>
        <Choice
          label="Version"
          value={String(after.version)}
          options={options}
          onChange={(version) => change({ new: version })}
        />
        <Choice
          label="Compared with"
          value={before === undefined ? '' : String(before.version)}
          options={[...(before === undefined ? [['', 'none before it'] as const] : []), ...options]}
          onChange={(version) => change({ old: version })}
        />
      </p>
      <p className="faint" role="status">
        {before === undefined
          ? `${changes.length} fields; the first version of its subject.`
          : `${changed} of ${changes.length} fields changed from version ${before.version}.`}
      </p>
      <Fields changes={changes} />
      <JsonTree value={parsed(after.schema)} name="schema" open={0} />
    </div>
  )
}

const TONES: Readonly<Record<FieldChange['change'], Tone>> = {
  added: 'good',
  removed: 'bad',
  changed: 'warn',
  same: 'plain',
}

function Fields({ changes }: { readonly changes: readonly FieldChange[] }) {
  return (
    <div className="table-scroll fields" role="region" aria-label="Fields" tabIndex={0}>
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">If left out</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ path, change, before, after }) => (
            <tr key={path} data-change={change} title={(after ?? before)?.doc}>
              <td>{path}</td>
              <td>
                <Both before={before?.type} after={after?.type} />
              </td>
              <td>
                <Both before={before?.fallback} after={after?.fallback} />
              </td>
              <td>{change === 'same' ? '' : <Badge tone={TONES[change]}>{change}</Badge>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface BothProps {
  readonly before: string | undefined
  readonly after: string | undefined
}

function Both({ before, after }: BothProps) {
  if (before === after) return <code>{after}</code>
  return (
    <>
      {before === undefined ? null : (
        <del>
          <code>{before}</code>
        </del>
      )}{' '}
      {after === undefined ? null : (
        <ins>
          <code>{after}</code>
        </ins>
      )}
    </>
  )
}

const fieldsOf = ({ schema }: Version) => avroFields(parsed(schema))

/** Registries keep schemas as texts. */
function parsed(schema: unknown): unknown {
  return typeof schema === 'string' ? (JSON.parse(schema) as unknown) : schema
}
