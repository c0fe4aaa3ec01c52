import { useRef } from 'react'
import { useBoundKeys, useKeys } from '../app/keys.ts'

/** The keys of this page: a button, and `?`. */
export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null)
  const bindings = useBoundKeys()
  const show = () => dialog.current?.showModal()
  useKeys([{ keys: '?', text: 'This help', run: show }])
  return (
    <>
      <button type="button" className="quiet" onClick={show} aria-label="Keys" title="Keys (?)">
        ?
      </button>
      <dialog ref={dialog} className="key-help" aria-label="Keys">
        <h2>Keys</h2>
        <dl>
          {bindings.map(({ keys, text }) => (
            <div key={keys}>
              <dt>
                {keys.split(' ').map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  )
}
