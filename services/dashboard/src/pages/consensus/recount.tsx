import type { RecountJson } from '@waggle/api'
import { useAct } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { Badge } from '../../ui/badge.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'

/** Counts the log again, and says whether the stored result is what the log says. */
export function Recount({ proposal }: { readonly proposal: string }) {
  const { swarm, run } = useScope()
  const recount = useAct('recount')
  return <Count action={recount} onCount={() => recount.mutate({ swarm, proposal, run })} />
}

export function RecountLock({ resource }: { readonly resource: string }) {
  const { swarm, run } = useScope()
  const recount = useAct('recountLock')
  return <Count action={recount} onCount={() => recount.mutate({ swarm, resource, run })} />
}

interface CountProps {
  readonly action: {
    readonly isPending: boolean
    readonly error: Error | null
    readonly data: { readonly data: RecountJson } | undefined
  }
  readonly onCount: () => void
}

function Count({ action: { isPending, error, data }, onCount }: CountProps) {
  return (
    <div className="row" aria-live="polite">
      <button type="button" disabled={isPending} onClick={onCount}>
        {isPending ? 'Counting …' : 'Recount'}
      </button>
      {data === undefined ? null : <Verdict verdict={data.data} />}
      {error === null ? null : <ProblemBox error={error} />}
    </div>
  )
}

function Verdict({ verdict }: { readonly verdict: RecountJson }) {
  const { agrees, results, differences } = verdict
  if (agrees)
    return (
      <Badge tone="good">
        {results === 0 ? 'no result yet, and none is due' : 'the log says the same'}
      </Badge>
    )
  return (
    <div>
      <Badge tone="bad">the log says something else</Badge>
      <ul>
        {differences.map((difference) => (
          <li key={difference}>{difference}</li>
        ))}
      </ul>
    </div>
  )
}
