import { useState } from 'react'

export interface ConfirmButtonProps {
  readonly text: string
  /** What happens, asked before it does. */
  readonly question: string
  readonly confirm: string
  readonly busy: boolean
  readonly onConfirm: () => void
}

/** A button for what cannot be taken back by pressing it again: it asks first, in place. */
export function ConfirmButton({ text, question, confirm, busy, onConfirm }: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false)
  if (!asking)
    return (
      <button type="button" disabled={busy} onClick={() => setAsking(true)}>
        {text}
      </button>
    )
  return (
    <div role="group" aria-label={question}>
      <p>{question}</p>
      <p className="row">
        <button
          type="button"
          // The question takes the place of the button that had the focus.
          ref={(button) => button?.focus()}
          onClick={() => {
            setAsking(false)
            onConfirm()
          }}
        >
          {confirm}
        </button>
        <button type="button" className="quiet" onClick={() => setAsking(false)}>
          Leave it
        </button>
      </p>
    </div>
  )
}
