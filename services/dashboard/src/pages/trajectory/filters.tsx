import type { KnownEventJson } from '@waggle/api'
import { useRef } from 'react'
import { formText } from '../../app/form-text.ts'
import { useKeys } from '../../app/keys.ts'
import { useRead } from '../../app/read.ts'
import { useUrl } from '../../app/url.ts'
import { COMMON_KINDS } from '../../parts/event-summary.ts'
import { Choice } from '../../ui/choice.tsx'
import { PageLink } from '../../ui/page-link.tsx'

/** Which events: of whom, of which line of action, of which kind, saying what. */
export function Filters({ events }: { readonly events: readonly KnownEventJson[] }) {
  const [search, change] = useUrl()
  const text = useRef<HTMLInputElement>(null)
  const agents = useRead('agents', { left: 'true' }, { every: 0 }).data?.data ?? []
  useKeys([{ keys: '/', text: 'Filter', run: () => text.current?.focus() }])
  const agent = search['agent'] ?? ''
  const kind = search['kind'] ?? ''
  const names = [...new Set([...agents.map((one) => one.agent), agent])].filter((one) => one !== '')
  const kinds = [...new Set([...COMMON_KINDS, ...events.map(({ event }) => event.kind), kind])]
  const submit = (form: FormData) => {
    const trajectory = formText(form, 'trajectory')
    change({ trajectory, ...(trajectory === '' ? {} : { agent: undefined }), proposal: undefined })
  }
  return (
    <div className="row filters">
      <Choice
        label="Agent"
        value={agent}
        options={[['', 'all'], ...names.map((name) => [name, name] as const)]}
        onChange={(name) => change({ agent: name, trajectory: undefined, proposal: undefined })}
      />
      <Choice
        label="Kind"
        value={kind}
        options={[
          ['', 'all'],
          ...kinds
            .filter((one) => one !== '')
            .sort()
            .map((one) => [one, one] as const),
        ]}
        onChange={(one) => change({ kind: one })}
      />
      <form action={submit}>
        <label className="choice">
          <span>Trajectory</span>
          <input
            key={search['trajectory']}
            name="trajectory"
            defaultValue={search['trajectory'] ?? ''}
            placeholder="all"
            autoComplete="off"
            spellCheck={false}
          />
        </label>
      </form>
      {search['proposal'] === undefined ? null : (
        <span>
          of proposal <code>{search['proposal']}</code>{' '}
          <PageLink page="/trajectory">all events</PageLink>
        </span>
      )}
      <label className="choice">
        <span>Says</span>
        <input
          ref={text}
          type="search"
          value={search['filter'] ?? ''}
          placeholder="any text (/)"
          onChange={(event) => change({ filter: event.target.value }, { replace: true })}
        />
      </label>
    </div>
  )
}
