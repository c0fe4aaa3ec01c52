import { queryOptions, useQuery } from '@tanstack/react-query'
import { client, queryClient, token } from './client.ts'
import { parseSearch, useUrl } from './url.ts'

/** What every page is about. */
export interface Scope {
  /** '' until it is known which swarms there are. */
  readonly swarm: string
  /** A run's id, or `live`. */
  readonly run: string
  /** ISO 8601; undefined for now. */
  readonly asOf: string | undefined
  /** False until swarm and run are known: nothing is asked before. */
  readonly ready: boolean
}

const LIVE = 'live'

const meOptions = queryOptions({
  queryKey: ['whoami'],
  queryFn: ({ signal }) => client.call('whoami', {}, signal),
  enabled: token !== undefined,
  staleTime: Infinity,
})

const swarmOptions = (swarm: string) =>
  queryOptions({
    queryKey: ['swarm', swarm],
    queryFn: ({ signal }) => client.call('swarm', { swarm }, signal),
    enabled: swarm !== '',
    refetchInterval: 10_000,
  })

/** Asks what every page has to know first, before there is a page; what goes wrong is told there. */
export async function askAhead(): Promise<void> {
  if (token === undefined) return
  const named = parseSearch(location.search)['swarm']
  const me = queryClient.prefetchQuery(meOptions)
  if (named === undefined) await me
  const swarm = named ?? queryClient.getQueryData(meOptions.queryKey)?.data.visible[0]
  if (swarm !== undefined) await queryClient.prefetchQuery(swarmOptions(swarm))
}

export function useMe() {
  return useQuery(meOptions)
}

/** The live run of a swarm, which also says what other runs it has. */
export function useSwarm(swarm: string) {
  return useQuery(swarmOptions(swarm))
}

/** From the address. Where it names none: the first swarm the token may see, and its live run, or, if that is empty, another. */
export function useScope(): Scope {
  const [search] = useUrl()
  const me = useMe()
  const swarm = search['swarm'] ?? me.data?.data.visible[0] ?? ''
  const info = useSwarm(swarm)
  const { clock = 0, runs = [] } = info.data?.data ?? {}
  const filled = clock > 0 ? LIVE : (runs.at(-1)?.run ?? LIVE)
  const run = search['run'] ?? filled
  const ready = swarm !== '' && (search['run'] !== undefined || !info.isPending)
  return { swarm, run, asOf: search['as_of'], ready }
}
