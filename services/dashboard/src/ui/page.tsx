import { useEffect, type ReactNode } from 'react'

export interface PageProps {
  readonly title: string
  /** Beside the title: choices, buttons. */
  readonly tools?: ReactNode
  readonly children?: ReactNode
}

/** A page: its title, also of the window, and panels. */
export function Page({ title, tools, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Waggle`
  }, [title])
  return (
    <div className="page">
      <header className="page-head">
        <h1>{title}</h1>
        {tools}
      </header>
      {children}
    </div>
  )
}
