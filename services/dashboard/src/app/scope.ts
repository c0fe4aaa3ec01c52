import { useQuery } from '@tanstack/react-query'
import { client, token } from './client.ts'
import { useUrl } from './url.ts'

/** What every page is about. */
export interface Scope {
  /** '' until it is known which swarms there are. */
  readonly swarm: string
  /** Undefined for live. */
  readonly run: string | undefined
  /** ISO 8601; undefined for now. */
  readonly asOf: string | undefined
}

export function useMe() {
  return useQuery({
    queryKey: ['whoami'],
    queryFn: ({ signal }) => client.call('whoami', {}, signal),
    enabled: token !== undefined,
    staleTime: Infinity,
  })
}

/** From the address; the first swarm the token may see where it names none. */
export function useScope(): Scope {
  const [search] = useUrl()
  const me = useMe()
  return {
    swarm: search['swarm'] ?? me.data?.data.visible[0] ?? '',
    run: search['run'],
    asOf: search['as_of'],
  }
}
