import { useAct } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { Badge } from '../../ui/badge.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'

/** Counts the log again, and says whether the stored result is what the log says. */
export function Recount({ proposal }: { readonly proposal: string }) {
  const { swarm, run } = useScope()
  const recount = useAct('recount')
  const verdict = recount.data?.data
  return (
    <div className="row" aria-live="polite">
      <button
        type="button"
        disabled={recount.isPending}
        onClick={() => recount.mutate({ swarm, proposal, ...(run === undefined ? {} : { run }) })}
      >
        {recount.isPending ? 'Counting …' : 'Recount'}
      </button>
      {verdict === undefined ? null : verdict.agrees ? (
        <Badge tone="good">
          {verdict.results === 0
            ? 'the log gives no result yet, and none is stored'
            : 'the log says the same'}
        </Badge>
      ) : (
        <div>
          <Badge tone="bad">the log says something else</Badge>
          <ul>
            {verdict.differences.map((difference) => (
              <li key={difference}>{difference}</li>
            ))}
          </ul>
        </div>
      )}
      {recount.error === null ? null : <ProblemBox error={recount.error} />}
    </div>
  )
}
