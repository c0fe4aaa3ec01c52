import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/** The query of the address: all state of a page that is worth a link. */
export type Search = Readonly<Record<string, string>>
export type Patch = Readonly<Record<string, string | undefined>>

/** Parameters that every page has and that stay from page to page. */
export const SCOPE_PARAMS = ['swarm', 'run', 'as_of'] as const

export function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const set = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}

/** The scope in a query, without what belongs to one page. */
export function scopeOf(search: Search): Search {
  return Object.fromEntries(
    SCOPE_PARAMS.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])),
  )
}

/**
 * State in the address: what stands there, and a way to change some of it (undefined or '' takes it out). What a user
 * would not want to step back through, such as typing, takes `replace`.
 */
export function useUrl(): readonly [Search, (patch: Patch, how?: { replace?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const change = useCallback(
    (patch: Patch, { replace = false } = {}) => {
      const search = (old: Search) => ({ ...old, ...patch })
      void navigate({ to: '.', search: search as never, replace, resetScroll: false })
    },
    [navigate],
  )
  return [search, change]
}
