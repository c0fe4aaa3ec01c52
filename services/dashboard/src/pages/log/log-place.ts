import type { Asked, ROUTES } from '@waggle/api'
import type { Patch, Search } from '../../app/url.ts'

export type LogAsked = Asked<typeof ROUTES.log>

/** Names of the filters that the gateway applies; the JavaScript filter comes after them. */
export const LOG_FILTERS = ['kind', 'agent', 'trajectory', 'topic'] as const

/**
 * A token is a place between records: what it includes is older, the rest is newer. So a page is a place and a
 * direction, and both its ends are places for the next one.
 */
export interface LogPlace {
  /** The end of the log where it looks back, its beginning where it looks on. */
  readonly from: string | undefined
  readonly direction: 'older' | 'newer'
  readonly since: string | undefined
}

export function placeOf(search: Search): LogPlace {
  return {
    from: search['from'],
    direction: search['look'] === 'newer' ? 'newer' : 'older',
    since: search['since'],
  }
}

export function patchOf({ from, direction, since }: Partial<LogPlace>): Patch {
  return { from, since, look: direction === 'newer' ? 'newer' : undefined, at: undefined }
}

/** Swarm and run of the address; `live` for what belongs to no run. */
export interface LogScope {
  readonly swarm: string
  readonly run: string
}

/** `runs=all`: every run, and what cannot be read and so belongs to none. */
export function askedOf({ swarm, run }: LogScope, search: Search, limit: number): LogAsked {
  const { from, direction, since } = placeOf(search)
  const filters = LOG_FILTERS.flatMap((name) =>
    search[name] === undefined ? [] : [[name, search[name]] as const],
  )
  return {
    swarm,
    limit,
    ...(search['runs'] === 'all' ? {} : { run }),
    ...Object.fromEntries(filters),
    ...(from === undefined ? {} : { from }),
    ...(direction === 'older' ? { newest: 'true' } : {}),
    // Looking on from a token, the time is behind already.
    ...(since === undefined || from !== undefined ? {} : { since }),
  }
}
