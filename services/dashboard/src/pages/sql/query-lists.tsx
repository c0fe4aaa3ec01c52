import { useState, type ChangeEvent } from 'react'
import { formText } from '../../app/form-text.ts'
import { downloadText } from '../../ui/download.ts'
import { SQL_EXAMPLES } from './examples.ts'
import {
  exportQueries,
  mergeQueries,
  parseQueries,
  storeQueries,
  useSavedQueries,
  type SavedQuery,
} from './saved-queries.ts'

export interface QueryListsProps {
  /** What stands in the editor. */
  readonly text: string
  readonly onOpen: (query: string) => void
}

/** Queries this browser keeps, and examples that run as they stand. */
export function QueryLists({ text, onOpen }: QueryListsProps) {
  const saved = useSavedQueries()
  const save = (form: FormData) => {
    const name = formText(form, 'name')
    if (name !== '' && text.trim() !== '')
      storeQueries(mergeQueries(saved, [{ name, query: text }]))
  }
  return (
    <div className="query-lists">
      <form className="row" action={save}>
        <input name="name" aria-label="Name of the query" placeholder="Name" required />
        <button type="submit" disabled={text.trim() === ''}>
          Save
        </button>
      </form>
      {saved.length === 0 ? null : <Saved saved={saved} onOpen={onOpen} />}
      <Transfer saved={saved} />
      <h3>Examples</h3>
      <ul>
        {SQL_EXAMPLES.map(({ name, query }) => (
          <li key={name}>
            <button type="button" className="quiet" onClick={() => onOpen(query)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

interface SavedProps {
  readonly saved: readonly SavedQuery[]
  readonly onOpen: (query: string) => void
}

function Saved({ saved, onOpen }: SavedProps) {
  return (
    <ul aria-label="Saved queries">
      {saved.map(({ name, query }) => (
        <li key={name}>
          <button type="button" className="quiet" onClick={() => onOpen(query)}>
            {name}
          </button>
          <button
            type="button"
            className="quiet"
            aria-label={`Remove ${name}`}
            onClick={() => storeQueries(saved.filter((one) => one.name !== name))}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  )
}

function Transfer({ saved }: Pick<SavedProps, 'saved'>) {
  const [refused, setRefused] = useState('')
  const take = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0]
    if (file === undefined) return
    const found = parseQueries(await file.text())
    setRefused(found === undefined ? `${file.name} holds no saved queries.` : '')
    if (found !== undefined) storeQueries(mergeQueries(saved, found))
    target.value = ''
  }
  return (
    <div>
      <p className="row">
        <button
          type="button"
          disabled={saved.length === 0}
          onClick={() => downloadText('waggle-queries.json', exportQueries(saved))}
        >
          Export
        </button>
        <label className="button">
          Import
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => void take(event)}
          />
        </label>
      </p>
      <p role="status">{refused}</p>
    </div>
  )
}
