import { Choice } from '../ui/choice.tsx'
import { isoOf, microsOfText } from '../ui/format.ts'
import { formText } from './form-text.ts'
import { useMe, useScope, useSwarm } from './scope.ts'
import { useUrl } from './url.ts'

/** Which swarm, which run, as of when: kept in the address. */
export function ScopeBar() {
  const [, change] = useUrl()
  const { swarm, run, asOf } = useScope()
  const visible = useMe().data?.data.visible ?? []
  const info = useSwarm(swarm)
  const runs = info.data?.data.runs.map((one) => one.run) ?? []
  return (
    <div className="scope">
      <Choice
        label="Swarm"
        value={swarm}
        options={named(visible, swarm)}
        onChange={(value) => change({ swarm: value, run: undefined, as_of: undefined })}
      />
      <Choice
        label="Run"
        value={run}
        options={named(['live', ...runs], run)}
        onChange={(value) => change({ run: value, as_of: undefined })}
      />
      <AsOf asOf={asOf} onChange={(as_of) => change({ as_of })} />
    </div>
  )
}

const named = (values: readonly string[], current: string): [string, string][] =>
  [...new Set([...values, current])].map((value) => [value, value])

interface AsOfProps {
  readonly asOf: string | undefined
  readonly onChange: (asOf: string | undefined) => void
}

/** Empty is now. Takes a date, ISO 8601 or microseconds. */
function AsOf({ asOf, onChange }: AsOfProps) {
  const micros = asOf === undefined ? undefined : microsOfText(asOf)
  const submit = (form: FormData) => {
    const text = formText(form, 'as_of')
    const micros = microsOfText(text)
    if (text === '' || micros !== undefined)
      onChange(micros === undefined ? undefined : isoOf(micros))
  }
  return (
    <form className="as-of" action={submit} data-past={asOf !== undefined || undefined}>
      <label className="choice">
        <span>As of</span>
        <input
          key={asOf}
          name="as_of"
          defaultValue={micros === undefined ? (asOf ?? '') : isoOf(micros)}
          placeholder="now"
          title="A time in UTC, such as 2009-03-09 or 2009-03-09T14:30:00Z; empty is now"
          autoComplete="off"
          spellCheck={false}
        />
      </label>
      {asOf === undefined ? null : (
        <button type="button" className="quiet" onClick={() => onChange(undefined)}>
          Now
        </button>
      )}
    </form>
  )
}
