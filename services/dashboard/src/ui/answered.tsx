import type { ReactNode } from 'react'
import { ProblemBox } from './problem-box.tsx'

interface Query<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly isPending: boolean
  /** What is there answers an earlier question; the next answer is on its way. */
  readonly isPlaceholderData?: boolean
  readonly refetch: () => unknown
}

/** An answer once it is there; before, that it is waited for, or what went wrong. */
export function Answered<T>({
  query,
  children,
}: {
  readonly query: Query<T>
  readonly children: (answer: T) => ReactNode
}) {
  const { data, error, refetch, isPlaceholderData = false } = query
  if (data !== undefined)
    return (
      <>
        {error === null ? null : <ProblemBox error={error} onRetry={() => void refetch()} />}
        <div className="answered" aria-busy={isPlaceholderData}>
          {children(data)}
        </div>
      </>
    )
  if (error !== null) return <ProblemBox error={error} onRetry={() => void refetch()} />
  return (
    <p className="waiting" role="status">
      Reading …
    </p>
  )
}
