import { useAgentMemory } from '@waggle/react'
import { useState, type ReactNode } from 'react'
import { RememberForm } from './remember-form.tsx'

/** What an agent has before it, now or as of a time. */
export function MemoryPage({ agent }: { readonly agent: string }): ReactNode {
  const [asOf, setAsOf] = useState<string>()
  const memory = useAgentMemory({ agent, asOf })
  const { status, signals, decisions, memories, error } = memory
  return (
    <>
      <h1>{agent}</h1>
      <p role="status">{status}</p>
      {error === undefined ? null : <p role="alert">{error.message}</p>}
      <label>
        As of
        <input
          placeholder="now"
          value={asOf ?? ''}
          onChange={({ target }) => setAsOf(target.value === '' ? undefined : target.value)}
        />
      </label>
      <h2>Remembers</h2>
      <ul aria-label="Memories">
        {memories.map(({ id, text, version, pending }) => (
          <li key={id} aria-busy={pending}>
            {text} {version > 1 ? `(version ${version})` : ''}
          </li>
        ))}
      </ul>
      {asOf === undefined ? <RememberForm remember={memory.remember} /> : null}
      <h2>Is told</h2>
      <ul aria-label="Signals">
        {signals.map(({ event }) => (
          <li key={event.id}>
            {event.agent}: {String(event['message'])}
          </li>
        ))}
      </ul>
      <h2>Decided</h2>
      <ul aria-label="Decisions">
        {decisions.map(({ event }) => (
          <li key={event.id}>
            {String(event['action'])}: {String(event['reasoning'])}
          </li>
        ))}
      </ul>
    </>
  )
}
