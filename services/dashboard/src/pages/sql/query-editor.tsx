import type { KeyboardEvent } from 'react'
import { useRef } from 'react'
import { useKeys } from '../../app/keys.ts'

export interface QueryEditorProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onRun: (text: string) => void
  readonly busy: boolean
}

export function QueryEditor({ text, onText, onRun, busy }: QueryEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  useKeys([{ keys: '/', text: 'To the query', run: () => area.current?.focus() }])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') area.current?.blur()
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    onRun(text)
  }
  return (
    <form className="editor" action={() => onRun(text)}>
      <textarea
        ref={area}
        aria-label="SQL"
        rows={Math.min(Math.max(text.split('\n').length + 1, 6), 18)}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="SELECT agent, count() FROM decisions FINAL GROUP BY agent"
        spellCheck={false}
        autoComplete="off"
      />
      <p className="row">
        <button type="submit" disabled={busy || text.trim() === ''}>
          {busy ? 'Running …' : 'Run'}
        </button>
        <span className="faint">
          <kbd>Ctrl</kbd>
          <kbd>Enter</kbd> One SELECT, read only, within limits of time and rows.
        </span>
      </p>
    </form>
  )
}
