import { Page } from '../ui/page.tsx'
import { Panel } from '../ui/panel.tsx'
import { formText } from './form-text.ts'
import { changeToken } from './token.ts'

/** Asks for a token where there is none, or where it was refused. */
export function TokenForm({ refused }: { readonly refused: boolean }) {
  const submit = (form: FormData) => changeToken(formText(form, 'token'))
  return (
    <Page title="Token">
      <Panel title={refused ? 'This token is not known here' : 'A token is needed'} span={6}>
        <p>
          <code>waggle dev</code> prints an address that has one. Of a cluster's gateway, ask who
          runs it. It is kept in this tab alone.
        </p>
        <form action={submit} className="row">
          <label>
            Token <input name="token" type="password" required autoComplete="off" />
          </label>
          <button type="submit">Open</button>
        </form>
      </Panel>
    </Page>
  )
}
