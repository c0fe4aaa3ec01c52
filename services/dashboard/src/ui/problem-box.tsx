import { GatewayError } from '@waggle/client'

export interface ProblemBoxProps {
  readonly error: unknown
  /** Offered where trying again may help. */
  readonly onRetry?: () => void
}

/** What went wrong: its code, what happened, what to do. */
export function ProblemBox({ error, onRetry }: ProblemBoxProps) {
  const problem = error instanceof GatewayError ? error.problem : undefined
  const text = error instanceof Error ? error.message : String(error)
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{problem?.title ?? 'Something failed'}</strong>{' '}
        {problem === undefined ? null : <code>{problem.code}</code>}
      </p>
      <p>{text}</p>
      {problem?.issues === undefined || problem.issues.length < 2 ? null : (
        <ul>
          {problem.issues.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {onRetry !== undefined && (problem?.retriable ?? true) ? (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      ) : null}
    </div>
  )
}
