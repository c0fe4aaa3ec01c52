import type { AgentMemory, RememberResult } from '@waggle/react'
import { useState, type ReactNode } from 'react'

/** Writes the document `plan`; who comes second sees both values. */
export function RememberForm({ remember }: Pick<AgentMemory, 'remember'>): ReactNode {
  const [content, setContent] = useState('')
  const [version, setVersion] = useState('')
  const [result, setResult] = useState<RememberResult>()
  const [problem, setProblem] = useState<string>()
  const send = async (): Promise<void> => {
    setProblem(undefined)
    try {
      setResult(
        await remember({
          key: 'plan',
          type: 'plan',
          content,
          ...(version === '' ? {} : { expectedVersion: Number(version) }),
        }),
      )
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    // Not an action: that would hold back what is shown at once until it is done.
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label>
        Plan <input required value={content} onChange={({ target }) => setContent(target.value)} />
      </label>
      <label>
        made for version{' '}
        <input
          inputMode="numeric"
          value={version}
          onChange={({ target }) => setVersion(target.value)}
        />
      </label>
      <button>Remember</button>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      {result?.ok === false ? (
        <p role="alert">
          {result.conflict.present?.agent} wrote “{result.conflict.present?.content}” before your “
          {result.conflict.given.content}”
        </p>
      ) : null}
    </form>
  )
}
