import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { scopeOf, type Patch, type Search } from '../app/url.ts'

export interface PageLinkProps {
  /** Such as `/trajectory`. */
  readonly page: string
  /** State of that page; swarm, run and time come along by themselves, and may be set here. */
  readonly search?: Patch
  readonly title?: string
  readonly children: ReactNode
}

/** A link to another page of the same swarm, run and time. */
export function PageLink({ page, search = {}, title, children }: PageLinkProps) {
  return (
    <Link
      to={page}
      search={((old: Search) => ({ ...scopeOf(old), ...search })) as never}
      {...(title === undefined ? {} : { title })}
    >
      {children}
    </Link>
  )
}
