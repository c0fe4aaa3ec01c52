import { useInfiniteQuery } from '@tanstack/react-query'
import { client } from '../../app/client.ts'
import { scopeParams } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { useUrl } from '../../app/url.ts'

const PAGE = 500

/** Events of what the address asks for, page by page in the order known. */
export function useTrajectory() {
  const [search] = useUrl()
  const scope = useScope()
  const asked = {
    ...scopeParams(scope),
    limit: PAGE,
    ...Object.fromEntries(
      ['agent', 'trajectory', 'proposal', 'kind', 'from', 'to'].flatMap((name) =>
        search[name] === undefined ? [] : [[name, search[name]]],
      ),
    ),
  }
  return useInfiniteQuery({
    queryKey: ['trajectory', asked],
    queryFn: ({ pageParam, signal }) =>
      client.call(
        'trajectory',
        { ...asked, ...(pageParam === '' ? {} : { resume: pageParam }) },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ data }) => data.next ?? undefined,
    enabled: scope.ready,
    staleTime: Infinity,
  })
}
