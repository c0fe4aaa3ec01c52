import { useQuery } from '@tanstack/react-query'
import { client, token } from './client.ts'
import { useUrl } from './url.ts'

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

export function useMe() {
  return useQuery({
    queryKey: ['whoami'],
    queryFn: ({ signal }) => client.call('whoami', {}, signal),
    enabled: token !== undefined,
    staleTime: Infinity,
  })
}

/** The live run of a swarm, which also says what other runs it has. */
export function useSwarm(swarm: string) {
  return useQuery({
    queryKey: ['swarm', swarm],
    queryFn: ({ signal }) => client.call('swarm', { swarm }, signal),
    enabled: swarm !== '',
    refetchInterval: 10_000,
  })
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
