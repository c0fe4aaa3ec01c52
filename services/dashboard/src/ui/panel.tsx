import { useId, type ReactNode } from 'react'

export interface PanelProps {
  readonly title: string
  /** Beside the title: a figure, a choice. */
  readonly aside?: ReactNode
  /** Columns of the page's grid that it takes, of 12; all on a narrow screen. */
  readonly span?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12
  /** Without space around: for tables and charts. */
  readonly flush?: boolean
  readonly children?: ReactNode
}

export function Panel({ title, aside, span = 12, flush = false, children }: PanelProps) {
  const id = useId()
  return (
    <section className="panel" data-span={span} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside === undefined ? null : <div className="panel-aside">{aside}</div>}
      </header>
      <div className={flush ? 'panel-body flush' : 'panel-body'}>{children}</div>
    </section>
  )
}

/** Panels side by side on twelve columns. */
export function Panels({ children }: { readonly children: ReactNode }) {
  return <div className="panels">{children}</div>
}
