import { keepPreviousData, useMutation, useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { Answered, Asked, ROUTES, RouteName } from '@waggle/api'
import { client } from './client.ts'
import { useScope, type Scope } from './scope.ts'

type Of<Name extends RouteName> = (typeof ROUTES)[Name]
type Scoped = 'swarm' | 'run' | 'as_of'

export interface ReadHow {
  /** False: not asked yet. */
  readonly enabled?: boolean
  /** Milliseconds between reads while no past is asked for; 0 for one read alone. 5 s if left out. */
  readonly every?: number
  /** As of now, whatever time is chosen. */
  readonly now?: boolean
  /** Shows the last answer until another one is there: for what changes by steps, such as a slider. */
  readonly keep?: boolean
}

const EVERY_MS = 5000

/** A route of the gateway as a query: asked with exactly what is given. */
export function useAsk<Name extends RouteName>(
  name: Name,
  asked: Asked<Of<Name>>,
  { enabled = true, every = 0, keep = false }: ReadHow = {},
): UseQueryResult<Answered<Of<Name>>, Error> {
  return useQuery<Answered<Of<Name>>, Error>({
    queryKey: [name, asked],
    queryFn: ({ signal }) => client.call(name, asked, signal),
    enabled,
    refetchInterval: every === 0 ? false : every,
    ...(keep ? { placeholderData: keepPreviousData as never } : {}),
  })
}

/**
 * A read of the chosen swarm, run and time: these come from the address, the rest is given. Live answers come again
 * every five seconds; those about the past do not change.
 */
export function useRead<Name extends RouteName>(
  name: Name,
  asked: Omit<Asked<Of<Name>>, Scoped> & Partial<Record<Scoped, string>>,
  { enabled = true, every = EVERY_MS, now = false, ...how }: ReadHow = {},
): UseQueryResult<Answered<Of<Name>>, Error> {
  const chosen = useScope()
  const scope = now ? { ...chosen, asOf: undefined } : chosen
  return useAsk(name, { ...scopeParams(scope), ...asked } as unknown as Asked<Of<Name>>, {
    ...how,
    enabled: enabled && scope.ready,
    every: scope.asOf === undefined ? every : 0,
  })
}

/** An action: `mutate(asked)`, with `isPending`, `error` and `data`. */
export function useAct<Name extends RouteName>(name: Name) {
  return useMutation<Answered<Of<Name>>, Error, Asked<Of<Name>>>({
    mutationFn: (asked) => client.call(name, asked),
  })
}

/** Swarm, run and time as a route takes them. */
export function scopeParams({ swarm, run, asOf }: Scope) {
  return { swarm, run, ...(asOf === undefined ? {} : { as_of: asOf }) }
}
