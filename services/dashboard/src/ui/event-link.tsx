import { PageLink } from './page-link.tsx'

export interface EventLinkProps {
  /** An event's id, or its position. */
  readonly id: string
  readonly text?: string
}

/** Jumps to an event with its causes and effects. */
export function EventLink({ id, text }: EventLinkProps) {
  return (
    <PageLink page="/trajectory" search={{ event: id }} title={`Causes and effects of ${id}`}>
      <code>{text ?? shortId(id)}</code>
    </PageLink>
  )
}

/** The end of a version 7 id tells it apart: its beginning is the time. */
export const shortId = (id: string): string =>
  /^[0-9a-f]{8}-/.test(id) ? `…${id.slice(-8)}` : id.replace('waggle.', '')
