import type { RefObject } from 'react'
import { formText } from '../../app/form-text.ts'
import { useUrl } from '../../app/url.ts'
import { LOG_FILTERS } from './log-place.ts'

const HINT = "event.kind === 'decision' && event.confidence > 0.8"

/** What is shown: the gateway's filters, a time or a token to begin at, and an expression over `event`. */
export function FilterBar({ field }: { readonly field: RefObject<HTMLInputElement | null> }) {
  const [search, change] = useUrl()
  const submit = (form: FormData) => {
    const begin = formText(form, 'begin')
    const place = begin.includes('@')
      ? { from: begin, since: undefined }
      : { from: undefined, since: begin, look: begin === '' ? undefined : 'newer' }
    const moved = begin === (search['from'] ?? search['since'] ?? '') ? {} : place
    const filters = Object.fromEntries(LOG_FILTERS.map((name) => [name, formText(form, name)]))
    change({
      ...filters,
      runs: formText(form, 'runs'),
      filter: formText(form, 'filter'),
      at: undefined,
      ...moved,
    })
  }
  const begin = search['from'] ?? search['since'] ?? ''
  const { at: _, ...shown } = search
  return (
    <form className="log-filter" action={submit} key={JSON.stringify(shown)}>
      <label className="choice expression">
        <span>
          Filter <kbd>/</kbd>
        </span>
        <input
          ref={field}
          name="filter"
          className="mono"
          defaultValue={search['filter']}
          placeholder={HINT}
          title="JavaScript over `event` and `record`; it runs in this browser, without network"
          autoComplete="off"
          spellCheck={false}
        />
      </label>
      {LOG_FILTERS.map((name) => (
        <label className="choice" key={name}>
          <span>{name[0]!.toUpperCase() + name.slice(1)}</span>
          <input name={name} defaultValue={search[name]} autoComplete="off" spellCheck={false} />
        </label>
      ))}
      <label className="choice">
        <span>From</span>
        <input
          name="begin"
          defaultValue={begin}
          placeholder="a time or a token"
          title="When the log took it, such as 2026-01-31T12:00:00Z, or a token of positions"
          autoComplete="off"
          spellCheck={false}
        />
      </label>
      <label
        className="choice"
        title="Every run shows also what cannot be read, and so belongs to none"
      >
        <span>Runs</span>
        <select name="runs" defaultValue={search['runs'] ?? ''}>
          <option value="">the one above</option>
          <option value="all">every run</option>
        </select>
      </label>
      <button type="submit">Show</button>
    </form>
  )
}
