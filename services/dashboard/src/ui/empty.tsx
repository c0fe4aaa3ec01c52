import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'

export interface EmptyProps {
  /** What is not there. */
  readonly title: string
  /** The command that would fill it. */
  readonly command?: string
  readonly children?: ReactNode
}

/** In place of what is not there yet: says what to do. */
export function Empty({ title, command, children }: EmptyProps) {
  return (
    <div className="empty">
      <p>{title}</p>
      {children}
      {command === undefined ? null : (
        <p className="command">
          <code>{command}</code> <CopyButton text={command} />
        </p>
      )}
    </div>
  )
}
